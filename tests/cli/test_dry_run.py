"""`kinlim run --dry-run` shows the points, memory, time and layout of the run, and writes nothing;
`info`, `--help` and `--version` speak on standard output.
"""
import os
import re
import resource
import subprocess
import unittest

from kinlim_cli import Folder, command, study_text


class ADryRun(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())

    def dry(self, *options, ranks=None):
        before = self.folder.listing()
        result = self.folder.good("run", "study.yaml", "--dry-run", *options, ranks=ranks)
        self.assertEqual(result.err, "")
        self.assertEqual(self.folder.listing(), before)
        return result.out

    def test_shows_points_memory_time_and_layout(self):
        text = self.dry()
        self.assertRegex(text, r"layout +1 rank in 1 group")
        self.assertRegex(text, r"memory +[0-9.e-]+ GB per rank at most, [0-9.e+]+ GB available")
        self.assertRegex(text, r"time +about [0-9.e-]+ (s|min|h)\b")
        self.assertRegex(text, r"realizations +4 per point, 8 in all")
        points = re.findall(r"^ +(\d+) +([0-9.]+) +(\d+) +([0-9.]+) ", text, re.M)
        self.assertEqual(points, [("0", "0.5", "17", "4.25"), ("1", "0.6", "12", "4.32")])

    def test_takes_time_in_proportion_to_the_observables(self):
        study = study_text(2)
        head, tail = study[:study.index("  - {name")], study[study.index("moments:"):]
        line = "  - {{name: o{}, position: {{shape: gaussian, width: 0.5, center: [{:.3f}, 0]}}, momentum: {{mode: [0, 0]}}}}\n"
        self.folder.write("study.yaml", head + "".join(line.format(i, i % 1000 / 1000) for i in range(50000)) + tail)

        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.dry()
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        self.assertLess(seconds, 20)  # some 3; by pairs of observables hours

    def test_shows_the_groups_asked_for_or_chosen(self):
        self.assertRegex(self.dry(ranks=4), r"4 ranks in 4 groups of at most 1, 4 per node")
        self.assertRegex(self.dry("--groups", 2, ranks=4), r"4 ranks in 2 groups of at most 2")
        self.assertRegex(self.dry("--groups", 2, ranks=3), r"3 ranks in 2 groups of at most 2")
        self.assertRegex(self.dry("--set", "eta=0.5", "--set", "sites=17", "--realizations", "0:1", ranks=3),
                         r"3 ranks in 1 group of at most 3")

    def test_counts_the_range_asked_for(self):
        self.assertRegex(self.dry("--realizations", "1:3"), r"realizations +2 per point, 4 in all")

    def memory(self, *options):
        return float(re.search(r"memory +([0-9.e+-]+) GB", self.dry(*options)).group(1))

    def test_knows_that_memory_grows_with_the_lattice_and_doubles_with_precision(self):
        small, large = (self.memory("--set", f"sites=[{n}, {n}]", "--set", "eta=[0.5, 0.51]") for n in (64, 128))
        self.assertTrue(7 < large / small < 8.5, large / small)
        double = self.memory("--set", "sites=[64, 64]", "--set", "eta=[0.5, 0.51]", "--set",
                             "propagator.precision=double")
        self.assertTrue(1.7 < double / small < 2.1, double / small)

    def seconds(self, line, *options):
        value, unit = re.search(rf"^{line} +about ([0-9.e+-]+) (s|min|h)$", self.dry(*options), re.M).groups()
        return float(value) * {"s": 1, "min": 60, "h": 3600}[unit]

    def test_counts_the_limits_of_fields(self):
        options = ["--set", "sites=[12]", "--set", "eta=[0.5]", "--set", "times=[0.5]", "--set", "realizations=1",
                   "--set", "boltzmann={tolerance: 1.0e-2}", "--set", "initial={envelope: {shape: delta}}", "--set",
                   "observables.1.momentum.mode=[1, 0, 0]", "--set", "moments=[1]"]
        field = ["--set", "fields=[{type: momentum, momenta: 10}]"]
        without, promised = (self.seconds("limits", *options, *more, "-o", "other.h5") for more in ([], field))
        taken = []
        for i, more in enumerate(([], field)):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            self.folder.run("study.yaml", f"{i}.h5", *options, *more)
            taken.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
        ratio = (promised - without) / (taken[1] - taken[0])
        self.assertTrue(0.25 < ratio < 4, (without, promised, taken))

    def test_counts_the_disk_and_the_summary_of_many_small_realizations(self):
        """20 microseconds a record, and what the moments take (tests/summary)."""
        options = ["--set", "eta=[0.5]", "--set", "sites=[4]", "--set", "times=[0.01]", "--set",
                   "initial={envelope: {shape: delta}}", "--set",
                   "observables=[{name: a, position: {shape: uniform}, momentum: {mode: [0, 0, 0]}}]"]
        few, many = (self.seconds("time", *options, "--set", f"realizations={n}") for n in (1000, 100000))
        self.assertTrue(0.02 <= few < 0.04 and 2 <= many < 4, (few, many))
        self.assertEqual(few, self.seconds("time", *options, "--realizations", "0:1000", "--set", "realizations=100000"))

    def used(self, *options):
        """GB that a run without a launcher has used at most."""
        run = subprocess.Popen(command(["run", "study.yaml", "--quiet", *options]), cwd=self.folder.path)
        status, usage = os.wait4(run.pid, 0)[1:]
        run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(run.returncode, 0)
        return usage.ru_maxrss * 1024e-9

    def test_promises_the_memory_that_the_run_uses(self):
        more = ["--set", "eta=[0.5]", "--set", "times=[0.01, 0.02]", "--set", "realizations=1"]
        for precision in ("single", "double"):
            lattice = [*more, "--set", "sites=[120]", "--set", f"propagator.precision={precision}"]
            base = self.used(*more, "--set", "sites=[16]", "-o", f"{precision}-16.h5")
            used = self.used(*lattice, "-o", f"{precision}-120.h5") - base
            promised = self.memory(*lattice, "-o", "other.h5")
            self.assertTrue(0.6 * promised < used < 1.1 * promised, (precision, used, promised))

    def test_promises_the_memory_of_what_follows_the_run(self):
        """The concentration of a start without a closed form."""
        more = ["--set", "eta=[0.5]", "--set", "times=[0.01]", "--set", "realizations=1", "--set",
                "initial={envelope: {shape: delta}}"]
        lattice = [*more, "--set", "sites=[120]"]
        used = self.used(*lattice, "-o", "120.h5") - self.used(*more, "--set", "sites=[16]", "-o", "16.h5")
        promised = self.memory(*lattice, "-o", "other.h5")
        self.assertTrue(0.6 * promised < used < 1.1 * promised, (used, promised))

    def test_keeps_256_cubed_in_single_precision_below_1_2_gb(self):
        self.assertLess(self.memory("--set", "sites=[256, 256]", "--set", "eta=[0.25, 0.2]", "--set", "times=[1]"),
                        1.2)


class TheOtherCommands(unittest.TestCase):
    def test_help_version_and_info_answer_on_standard_output(self):
        with Folder() as folder:
            for ranks in (None, 2):
                for args, words in ((["--help"], ["run", "export", "merge", "info", "75"]),
                                    (["--version"], ["kinlim "]), (["info"], ["petsc", "hdf5", "anderson"]),
                                    (["run", "--help"], ["--resume", "--set", "--groups"]),
                                    (["export", "--help"], ["--samples"]), (["merge", "--help"], ["OUT.h5"]),
                                    (["info", "--help"], ["RESULTS.h5"])):
                    result = folder.good(*args, ranks=ranks)
                    self.assertEqual(result.err, "")
                    for word in words:
                        self.assertIn(word, result.out)
                self.assertEqual(folder.good("--version", ranks=ranks).out.count("\n"), 1)

    def test_info_of_a_system_lists_the_columns_of_its_tables(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2))
            names = re.search(r"(?m)^systems +(.*)$", folder.good("info").out)[1].split(", ")
            self.assertIn("anderson", names)
            for name in names:
                text = folder.good("info", name).out
                columns = re.findall(r"`([a-z_0-9]+)`: .+", text[text.index("columns: "):text.index("| key")])
                self.assertTrue(columns, name)
                if name == "anderson":
                    folder.run("study.yaml", "a.h5", "--set", "disorder.distribution=[gaussian, uniform]")
                    header = folder.good("export", "a.h5").out.split("\n")[0]
                    self.assertEqual(header.split(",")[:len(columns) + 1], [*columns, "time"])

    def test_info_of_results_shows_where_they_come_from(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2))
            folder.run("study.yaml", "a.h5", "--set", "disorder.seed=18446744073709551615", ranks=2)
            text = folder.good("info", "a.h5").out
            for key in ("version", "git_revision", "compiler", "flags", "instruction_set", "mpi", "petsc",
                        "hdf5", "fftw", "host", "start", "end"):
                self.assertRegex(text, rf"(?m)^{key}: .+$")
            self.assertRegex(text, r"(?m)^seed: 18446744073709551615$")
            self.assertRegex(text, r"(?m)^ranks: 2$")
            self.assertRegex(text, r"(?m)^command: .*study\.yaml -o a\.h5")
            self.assertRegex(text, r"(?m)^realizations: 8/8$")

    def test_output_is_named_after_the_study(self):
        with Folder() as folder:
            folder.write("my.study.yaml", study_text(2))
            folder.good("run", "my.study.yaml", "--quiet")
            self.assertTrue(folder.has("my.study.h5"))

    def test_progress_is_on_standard_error_alone(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2))
            result = folder.good("run", "study.yaml", ranks=2)
            self.assertEqual(result.out, "")
            self.assertRegex(result.err, r"8/8 realizations, .*/s")
            self.assertEqual(folder.good("run", "study.yaml", "-o", "b.h5", "--quiet").err, "")

    def test_a_full_standard_output_is_an_error_of_the_environment(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2))
            folder.run("study.yaml", "a.h5")
            for args in (["export", "a.h5", "--samples"], ["export", "a.h5"], ["info", "a.h5"], ["info"]):
                with open("/dev/full", "w") as full:
                    done = subprocess.run(command(args), cwd=folder.path, stdout=full,
                                          stderr=subprocess.PIPE, text=True)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), (args, done.stderr))


if __name__ == "__main__":
    unittest.main(verbosity=2)
