"""Solved limits are records of the journal: a stop while one is solved ends with 75 and within a few
seconds, what is solved is kept, a resume solves the rest alone, and a finished file is not solved again
unless its limits are asked for otherwise."""
import re
import signal
import time

from kinlim_cli import Folder, select

# Slow enough to be stopped in the middle: a bent phase, seconds at each point.
STUDY = """\
system: anderson
dimension: 2
sites: [20, 16, 14]
eta: [0.5, 0.55, 0.6]
times: [0.3, 0.6]
realizations: 2
initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.1, 0.2], hessian: [[0.2, 0], [0, 0.1]]}}
observables: [{name: m, position: {shape: gaussian, width: 0.5}, momentum: {mode: [1, 0]}}]
moments: [1]
boltzmann: {tolerance: 1.0e-5}
"""
QUICK = """\
system: anderson
dimension: 2
sites: [16, 24]
eta: [0.5, 0.4]
times: [0.1]
realizations: 2
initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.15, 0.20]}}
observables: [{name: cos1, position: {shape: uniform}, momentum: {mode: [1, 0]}}]
moments: [1]
"""


def solved(folder, output):
    """Limits in the journal of an unfinished run."""
    found = re.search(r"^limits: (\d+)", folder.good("info", output).out, re.M)
    return int(found[1]) if found else 0


def stopped_again_and_again(folder, output, *command):
    """Commands that are told to stop a while after they have begun, until one ends by itself."""
    counts, wait = [], 1.5
    for _ in range(12):
        process = folder.start(*command)
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        _, said = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == 75 and time.monotonic() - asked < 30, said
        counts.append(solved(folder, output))
        wait *= 1.5
    else:
        raise AssertionError("never ends")
    return counts


def stops_keep_what_is_solved(folder):
    folder.write("slow.yaml", STUDY)
    counts = stopped_again_and_again(folder, "slow.h5", "run", "slow.yaml", "-o", "slow.h5", "--quiet", "--resume")
    assert counts and counts == sorted(counts) and counts[-1] <= 3, counts
    folder.run("slow.yaml", "straight.h5")
    rows, straight = folder.summary("slow.h5"), folder.summary("straight.h5")
    assert select(rows, statistic="reference") == select(straight, statistic="reference")
    assert folder.samples("slow.h5") == folder.samples("straight.h5")


def a_stopped_merge_keeps_what_is_solved(folder):
    """Of parts without limits: each merge solves what those before have not."""
    folder.write("slow.yaml", STUDY)
    parts = ["0.h5", "1.h5"]
    for i, part in enumerate(parts):
        folder.run("slow.yaml", part, "--set", "reference=none", "--realizations", f"{i}:{i + 1}")
    counts = stopped_again_and_again(folder, "whole.h5", "merge", "whole.h5", *parts)
    assert counts and counts == sorted(counts) and 0 < counts[-1] <= 3, counts
    assert not folder.has("whole.h5.journal")
    straight = select(folder.summary("straight.h5"), statistic="reference")
    assert select(folder.summary("whole.h5"), statistic="reference") == straight
    assert folder.samples("whole.h5") == folder.samples("straight.h5")


def a_stopped_merge_is_in_nobodys_way(folder):
    process = folder.start("merge", "stopped.h5", "0.h5", "1.h5")
    time.sleep(1.5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 75 and said.count("\n") == 1 and "run the same merge again" in said, said
    for options in ([], ["--resume"]):
        result = folder.kinlim("run", "slow.yaml", "-o", "stopped.h5", *options)
        assert result.code == 2 and "stopped.h5.journal" in result.err, result
    assert "of a merge that was stopped" in result.err, result


def what_is_finished_is_not_solved_again(folder):
    """The limits of a resumed run come from the file: a value that was changed there stays, but not
    where another accuracy is asked for."""
    folder.write("quick.yaml", QUICK)
    folder.run("quick.yaml", "quick.h5")
    before = select(folder.summary("quick.h5"), statistic="reference")
    marked = mark(folder, "quick.h5")
    folder.run("quick.yaml", "quick.h5", "--resume", "--set", "realizations=3")
    after = select(folder.summary("quick.h5"), statistic="reference")
    assert [row["value"] for row in after][0] == marked and before[0]["value"] != marked
    folder.run("quick.yaml", "quick.h5", "--resume", "--set", "realizations=3", "--set",
               "boltzmann.tolerance=1e-9")
    again = select(folder.summary("quick.h5"), statistic="reference")
    assert abs(float(again[0]["value"]) - float(before[0]["value"])) < 1e-7


def mark(folder, output):
    """Writes another reference into the file, which is then without its seal."""
    import h5py
    with h5py.File(folder.path + "/" + output, "r+") as file:
        file["reference/value"][0, 0, 0] = 0.123456789
    return "0.123456789"


def main():
    with Folder() as folder:
        what_is_finished_is_not_solved_again(folder)
        stops_keep_what_is_solved(folder)
        a_stopped_merge_keeps_what_is_solved(folder)
        a_stopped_merge_is_in_nobodys_way(folder)


if __name__ == "__main__":
    main()
