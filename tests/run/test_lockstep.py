"""Ensembles in lockstep: members that advance together and share their mean. Their samples are the
same to the bit on any ranks and groups, after stops in the middle of a batch, and after merges; batches
are what --realizations, resume and `until` count."""
import os
import subprocess
import tempfile
import time

from kinlim_cli import MPIEXEC

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_lockstep")
STUDY = """\
system: lockstep
rate: [0.1, 0.2]
steps: [0, 12, 40]
realizations: 5
ensembles: 6
moments: [1]
"""


def run(folder, name, *words, ranks=None, study=STUDY, wanted=0):
    path = os.path.join(folder, "study.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(study)
    launcher = [] if ranks is None else MPIEXEC + ["-n", str(ranks)]
    done = subprocess.run(launcher + [PROGRAM, "run", path, "-o", os.path.join(folder, name), "--quiet",
                                      *words], capture_output=True, text=True)
    assert done.returncode == wanted, (done.returncode, done.stderr)
    return done.stderr


def export(folder, name, *words):
    done = subprocess.run([PROGRAM, "export", os.path.join(folder, name), *words], capture_output=True,
                          text=True, check=True)
    return done.stdout


def samples(folder, name):
    return export(folder, name, "--samples")


def layouts_give_the_same_bytes(folder):
    run(folder, "one.h5")
    one = samples(folder, "one.h5")
    assert len(one.splitlines()) == 1 + 2 * 30 * 3 * 2
    for ranks in (1, 2, 3, 4):
        for groups in (1, 2, 4):
            if groups <= ranks:
                name = f"r{ranks}g{groups}.h5"
                run(folder, name, "--groups", str(groups), ranks=ranks)
                assert samples(folder, name) == one, name
    return one


def errors_are_of_independent_ensembles(folder):
    """Mean, and standard error from the means of the six ensembles."""
    rows = [line.split(",") for line in export(folder, "one.h5").splitlines()]
    values = {}
    for rate, realization, step, name, _, value in (
            line.split(",") for line in samples(folder, "one.h5").splitlines()[1:]):
        if (rate, step, name) == ("0.1", "40", "x"):
            values.setdefault(int(realization) // 5, []).append(float(value))
    means = [sum(v) / 5 for v in values.values()]
    mean = sum(means) / 6
    error = (sum((m - mean)**2 for m in means) / 5 / 6)**0.5
    found = {row[4]: float(row[7]) for row in rows if row[:4] == ["0.1", "40", "x", "re"]
             and row[4] in ("mean", "standard_error")}
    assert abs(found["mean"] - mean) < 1e-14 and abs(found["standard_error"] - error) < 1e-14


def ranges_and_merges_count_batches(folder, one):
    run(folder, "a.h5", "--realizations", "0:2")
    run(folder, "b.h5", "--realizations", "2:6", ranks=2)
    assert len(samples(folder, "a.h5").splitlines()) == 1 + 2 * 10 * 3 * 2
    subprocess.run([PROGRAM, "merge"] + [os.path.join(folder, n) for n in ("m.h5", "a.h5", "b.h5")],
                   check=True, capture_output=True)
    assert samples(folder, "m.h5") == one
    assert "0 <= A < B <= 6" in run(folder, "c.h5", "--realizations", "2:7", wanted=2)


def more_ensembles_but_not_other_members(folder, one):
    run(folder, "grow.h5", "--set", "ensembles=2")
    run(folder, "grow.h5", "--resume", ranks=2)
    assert samples(folder, "grow.h5") == one
    assert "realizations" in run(folder, "grow.h5", "--resume", "--set", "realizations=6", wanted=2)


def stopped(folder, name, ranks, signal_after):
    """A slow run that is told to stop in the middle of a batch."""
    path = os.path.join(folder, "study.yaml")
    command = ([] if ranks is None else MPIEXEC + ["-n", str(ranks)]) + [
        PROGRAM, "run", path, "-o", os.path.join(folder, name), "--quiet", "--resume", "--set",
        "pause=0.02", "--checkpoint", "0.05", "--max-walltime", f"00:00:0{signal_after}"]
    return subprocess.run(command, capture_output=True, text=True).returncode


def stops_lose_nothing(folder, one):
    """Some stops fall in the middle of a batch; each run goes on on other ranks."""
    checkpoints = 0
    for ranks in (1, 2, None, 3):
        code = stopped(folder, "slow.h5", ranks, 1)
        assert code in (0, 75), code
        journal = os.path.join(folder, "slow.h5.journal")
        checkpoints += sum("checkpoint" in n for n in os.listdir(journal)) if os.path.isdir(journal) else 0
    assert checkpoints > 0
    run(folder, "slow.h5", "--resume", ranks=2)
    assert samples(folder, "slow.h5") == one


def kills_lose_nothing(folder, one):
    path = os.path.join(folder, "study.yaml")
    for seconds in (0.5, 0.9):
        process = subprocess.Popen([PROGRAM, "run", path, "-o", os.path.join(folder, "killed.h5"),
                                    "--quiet", "--resume", "--set", "pause=0.01", "--checkpoint", "0.05"])
        time.sleep(seconds)
        process.kill()
        process.wait()
    run(folder, "killed.h5", "--resume", ranks=2)
    assert samples(folder, "killed.h5") == one


def precision_is_asked_of_ensembles(folder):
    study = STUDY.replace("ensembles: 6", "ensembles: {min: 3, max: 30, until: {relative_error: 0.2, "
                                          "observable: distance}}")
    run(folder, "until.h5", study=study, ranks=2)
    rows = [line.split(",") for line in export(folder, "until.h5").splitlines()]
    counts = {row[0]: int(row[6]) for row in rows if row[2] == "distance" and row[4] == "mean"}
    assert all(count % 5 == 0 and 15 <= count <= 150 for count in counts.values()), counts


def mistakes_are_named(folder):
    for wrong, words in (("realizations: 1", "must be in [2"), ("ensembles: 0", "ensembles")):
        key = wrong.split(":", maxsplit=1)[0]
        text = "\n".join(wrong if line.startswith(key) else line for line in STUDY.splitlines())
        said = run(folder, "wrong.h5", study=text + "\n", wanted=2)
        assert words in said and len(said.splitlines()) == 1, said
    said = run(folder, "wrong.h5", "--set", "ensembles=1000000", "--set", "realizations=101", wanted=2)
    assert "ensembles: 1000000 is not allowed: at most 100000000 realizations in all" in said, said
    run(folder, "wrong.h5", study=STUDY)    # leaves the study as it was


def main():
    with tempfile.TemporaryDirectory() as folder:
        one = layouts_give_the_same_bytes(folder)
        errors_are_of_independent_ensembles(folder)
        ranges_and_merges_count_batches(folder, one)
        more_ensembles_but_not_other_members(folder, one)
        stops_lose_nothing(folder, one)
        kills_lose_nothing(folder, one)
        precision_is_asked_of_ensembles(folder)
        mistakes_are_named(folder)


if __name__ == "__main__":
    main()
