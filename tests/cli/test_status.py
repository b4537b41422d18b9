"""`kinlim status` tells how far a run is and its means so far, at work, stopped and done, and changes
nothing; `--json` and `--log` say it to programs."""
import json
import signal
import unittest

import faults
from faults import MANY, at_record, can_preload
from kinlim_cli import Folder, rows, study_text



class Status(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(2))

    def status(self, *names):
        return json.loads(self.folder.good("status", *names, "--json").out)

    def counts(self, status):
        return [(point["done"], point["total"]) for point in status["points"]]

    def means(self, table, point):
        return {(float(row["time"]), row["observable"], row["part"]):
                tuple(float(row[key]) for key in ("value", "low", "high"))
                for row in rows(table) if row["statistic"] == "mean" and float(row["eta"]) == point["eta"]}

    def check_means(self, status, table):
        for point in status["points"]:
            got = {(m["time"], m["observable"], m["part"]): (m["value"], m["low"], m["high"])
                   for m in point["means"]}
            self.assertEqual(got, self.means(table, point))


class OfWhatIsDone(Status):
    def test_has_the_means_of_export(self):
        self.folder.run("study.yaml", "a.h5")
        status = self.status("a.h5")
        self.assertEqual((status["state"], status["done"], status["total"]), ("done", 8, 8))
        self.assertEqual(self.counts(status), [(4, 4)] * 2)
        self.assertEqual([point["eta"] for point in status["points"]], [0.5, 0.6])
        self.assertTrue(all(point["rate"] is None for point in status["points"]))
        self.check_means(status, self.folder.good("export", "a.h5").out)

    def test_is_found_by_its_study_or_alone_in_its_folder(self):
        self.folder.run("study.yaml", "study.h5")
        self.assertEqual(self.status("study.yaml"), self.status())

    def test_of_merged_pieces(self):
        for a, b in ((0, 2), (2, 4)):
            self.folder.run("study.yaml", f"{a}.h5", "--realizations", f"{a}:{b}")
            self.assertEqual(self.counts(self.status(f"{a}.h5")), [(2, 4)] * 2)
        self.folder.good("merge", "m.h5", "0.h5", "2.h5")
        self.assertEqual(self.counts(self.status("m.h5")), [(4, 4)] * 2)

    def test_in_words(self):
        self.folder.run("study.yaml", "a.h5")
        text = self.folder.good("status", "a.h5").out
        self.assertIn("a.h5: done, 8/8 realizations", text)
        self.assertIn("eta = 0.5, sites = 17, box = 4.25, 4/4 realizations", text)
        self.assertEqual(self.folder.good("status", "a.h5", "--watch").out, text)

    def test_of_nothing_is_refused(self):
        self.folder.write("foreign.h5", "no results")
        for args, said in ((("b.h5",), "b.h5: there are neither results nor a run"),
                           (("other.yaml",), "other.h5: there are neither results nor a run"),
                           (("foreign.h5",), "foreign.h5"), (("a.h5", "b.h5"), "one results file"),
                           (("--jason",), "no such option"), (("",), "empty name")):
            result = self.folder.kinlim("status", *args)
            self.assertEqual((result.code, result.out, result.err.count("\n")), (2, "", 1), result)
            self.assertIn(said, result.err)

    def test_of_several_wants_a_name(self):
        result = self.folder.kinlim("status")
        self.assertEqual(result.err, "status: there are neither results nor a run here\n")
        for name in ("a.h5", "b.h5"):
            self.folder.run("study.yaml", name)
        result = self.folder.kinlim("status")
        self.assertEqual((result.code, result.err), (2, "status: there are 2 files of results here: "
                                                        "name one of them\n"))


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class OfARun(Status):
    def test_at_work_on_two_ranks_and_stopped(self):
        """Held at a record, so that what is there is known."""
        self.folder.run("study.yaml", "whole.h5", *MANY)
        with faults.stopped(self.folder, "a.h5", "study.yaml", *MANY, "--groups", 2, ranks=2,
                            **at_record(STOP=3)) as process:
            status = self.status("a.h5")
            self.assertEqual(status["state"], "running")
            self.assertEqual(status["run"]["ranks"], 2)
            self.assertEqual(status["total"], 20)
            self.assertEqual(sum(done for done, _ in self.counts(status)), status["done"])
            self.assertIn(status["done"], (5, 6))
            self.assertEqual(self.status()["state"], "running")
            self.assertEqual(self.folder.kinlim("run", "study.yaml", "-o", "a.h5", "--resume").code, 2)
            faults.send(process, signal.SIGUSR1, 2)
        self.assertEqual(faults.result(process).code, 75)
        stopped = self.status("a.h5")
        self.assertEqual((stopped["state"], stopped["total"]), ("stopped", 20))
        self.check_means(stopped, self.folder.good("export", "a.h5").out)
        self.folder.run("study.yaml", "a.h5", *MANY, "--resume")
        self.assertEqual(self.status("a.h5")["state"], "done")
        self.assertFalse(self.folder.has("a.h5.journal"))
        self.assertEqual(self.folder.samples("a.h5"), self.folder.samples("whole.h5"))

    def test_killed_is_stopped_and_has_what_is_in_the_journal(self):
        with faults.stopped(self.folder, "a.h5", "study.yaml", *MANY, **at_record(STOP=4)) as process:
            self.assertEqual(self.status("a.h5")["run"]["process"], process.pid)
            process.kill()
        process.communicate()
        before = self.folder.listing()
        status = self.status("a.h5")
        self.assertEqual((status["state"], status["done"], status["total"]), ("stopped", 4, 20))
        self.assertEqual(self.folder.listing(), before)


class TheLog(Status):
    def events(self, name="log"):
        return [json.loads(line) for line in self.folder.read(name).decode().splitlines()]

    def test_goes_from_start_to_end(self):
        self.folder.run("study.yaml", "a.h5", "--log", "log", "--set", "boltzmann.reference=solve", ranks=2)
        events = self.events()
        names = [event["event"] for event in events]
        self.assertEqual((names[0], names[-1]), ("start", "end"))
        self.assertEqual(events[0]["ranks"], 2)
        self.assertEqual((events[-1]["exit_code"], events[-1]["message"]), (0, ""))
        self.assertEqual([(event["name"], event["point"]) for event in events if event["event"] == "limit"],
                         [(name, point) for name in ("reference", "central_moment_limit") for point in (0, 1)])
        items = [event for event in events if event["event"] == "items"]
        self.assertEqual((items[0]["done"], items[-1]["done"], items[-1]["total"]), (0, 8, 8))
        self.assertIn("warning", names)
        self.assertTrue(all("time" in event for event in events))

    def test_says_how_a_run_failed_and_goes_on_with_the_next(self):
        self.folder.run("study.yaml", "a.h5", "--log", "log")
        result = self.folder.kinlim("run", "study.yaml", "-o", "a.h5", "--log", "log")
        self.assertEqual(result.code, 2)
        last = self.events()[-1]
        self.assertEqual((last["event"], last["exit_code"], last["message"] + "\n"), ("end", 2, result.err))
        self.assertEqual([event["event"] for event in self.events()].count("start"), 2)

    def test_has_the_plan_of_the_dry_run(self):
        self.folder.run("study.yaml", "a.h5", "--log", "log")
        plan = one_event(self.events(), "plan")
        dry = json.loads(self.folder.good("run", "study.yaml", "-o", "b.h5", "--dry-run", "--json").out)
        self.assertEqual([point["sites"] for point in dry["points"]], [17, 12])
        for key in ("study", "system", "layout", "points", "realizations", "warnings"):
            self.assertEqual(plan[key], dry[key])
        self.assertGreater(dry["memory"]["bytes_per_rank"], 0)
        self.assertGreater(dry["seconds"]["most"], 0)

    def test_is_refused_where_it_cannot_be(self):
        for args, said in ((("--log", "no/such"), "--log: no/such"), (("--log", ""), "empty name"),
                           (("--log", "log", "--dry-run"), "--dry-run"), (("--json",), "--json"),
                           (("--log", "study.yaml"), "study.yaml exists and is no log")):
            result = self.folder.kinlim("run", "study.yaml", *args)
            self.assertEqual((result.code, result.err.count("\n")), (2, 1), result)
            self.assertIn(said, result.err)
            self.assertFalse(self.folder.has("study.h5"))


def one_event(events, name):
    found = [event for event in events if event["event"] == name]
    assert len(found) == 1, found
    return found[0]


class ForPrograms(Status):
    def test_info_says_what_it_says_in_words(self):
        build = json.loads(self.folder.good("info", "--json").out)
        for line in self.folder.good("info").out.splitlines():
            key, value = line.split(None, 1)
            self.assertEqual(", ".join(build[key]) if key == "systems" else build[key], value)
        self.folder.run("study.yaml", "a.h5")
        of_file = json.loads(self.folder.good("info", "a.h5", "--json").out)
        text = self.folder.good("info", "a.h5").out
        self.assertIn(f"realizations: {of_file['done']}/{of_file['total']}", text)
        self.assertIn(f"seed: {of_file['seed']}", text)
        version = json.loads(self.folder.good("--version", "--json").out)
        self.assertEqual(f"kinlim {version['version']} ({version['git_revision']})\n",
                         self.folder.good("--version").out)
        self.assertEqual(json.loads(self.folder.good("info", "anderson", "--json").out)["ensemble"],
                         "independent")

    def test_names_that_are_no_text_are_written_as_text(self):
        self.folder.run("study.yaml", b"\xff\"\\.h5".decode("utf-8", "surrogateescape"))
        self.assertEqual(self.status()["results"], "\ufffd\"\\.h5")

    def test_words_that_mean_nothing_are_refused(self):
        for args in (("--version", "now"), ("--help", "me"), ("--version", "--json", "now")):
            result = self.folder.kinlim(*args)
            self.assertEqual((result.code, result.out, result.err.count("\n")), (2, "", 1), result)


if __name__ == "__main__":
    unittest.main(verbosity=2)
