"""Whatever a user gets wrong: the right exit code, one line on standard error that says
what is wrong, nothing on standard output, nothing written; on 1 and on 2 ranks alike.
"""
import concurrent.futures
import os
import shutil
import subprocess
import unittest

from kinlim_cli import Folder, command, study_text

NOISE = ["PETSC ERROR", "HDF5-DIAG", "MPI_ABORT", "MPI_Abort", "mpiexec", "mpirun", "ORTE"]


def with_set(*assignments):
    """Arguments of a run of the sound study with something set."""
    args = ["run", "study.yaml"]
    for assignment in assignments:
        args += ["--set", assignment]
    return args


def with_line(old, new):
    """The sound study with one piece of text replaced."""
    text = study_text(3)
    assert old in text, old
    return text.replace(old, new, 1)


OBSERVABLE = "observables.0={name: a, position: {shape: uniform}, momentum: {mode: [0, 0, 0]}}"

# what is wrong: (arguments, exit code, words of the message)
ARGUMENTS = {
    "no command": ([], 2, ["--help"]),
    "unknown command": (["runn", "study.yaml"], 2, ["runn", "no such command"]),
    "no study": (["run"], 2, ["study"]),
    "two studies": (["run", "study.yaml", "study.yaml"], 2, ["one study"]),
    "unknown option": (["run", "study.yaml", "--frobnicate"], 2, ["--frobnicate"]),
    "letters after the study": (["run", "study.yaml", "-xy"], 2, ["-x: no such option"]),
    "letters after an option": (["run", "study.yaml", "--set", "a=1", "-ry"], 2, ["-r: no such option"]),
    "a value for a flag": (["run", "study.yaml", "--resume=3"], 2, ["--resume=3: takes no value"]),
    "option without its value": (["run", "study.yaml", "-o"], 2, ["-o", "needs a value"]),
    "missing file": (["run", "nothing.yaml"], 2, ["nothing.yaml", "No such file"]),
    "a folder as study": (["run", "folder"], 2, ["folder", "directory"]),
    "a binary file as study": (["run", "binary.yaml"], 2, ["binary.yaml", "not a text file"]),
    "no groups": (["run", "study.yaml", "--groups", "0"], 2, ["--groups: 0", "[1,"]),
    "more groups than ranks": (["run", "study.yaml", "--groups", "3"], 2, ["--groups: 3"]),
    "groups not a number": (["run", "study.yaml", "--groups", "two"], 2, ["--groups: two"]),
    "range not a range": (["run", "study.yaml", "--realizations", "3"], 2, ["--realizations: 3", "A:B"]),
    "empty range": (["run", "study.yaml", "--realizations", "2:2"], 2, ["--realizations: 2:2"]),
    "range backwards": (["run", "study.yaml", "--realizations", "3:1"], 2, ["--realizations: 3:1"]),
    "negative range": (["run", "study.yaml", "--realizations", "-1:2"], 2, ["--realizations: -1:2"]),
    "range beyond": (["run", "study.yaml", "--realizations", "2:5"], 2, ["--realizations: 2:5", "4"]),
    "range with more": (["run", "study.yaml", "--realizations", "0:2:4"], 2, ["0:2:4"]),
    "walltime": (["run", "study.yaml", "--max-walltime", "90"], 2, ["--max-walltime: 90", "HH:MM:SS"]),
    "walltime beyond any number": (["run", "study.yaml", "--max-walltime", "99999999999:00:00"], 2,
                                   ["--max-walltime: 99999999999:00:00", "999999:59:59"]),
    "range beyond any number": (["run", "study.yaml", "--realizations", "0:99999999999999999999"], 2,
                                ["--realizations: 0:99999999999999999999"]),
    "walltime with a sign": (["run", "study.yaml", "--max-walltime", "00:+5:00"], 2, ["--max-walltime: 00:+5:00"]),
    "no walltime": (["run", "study.yaml", "--max-walltime", "0:0:0"], 2, ["--max-walltime"]),
    "set without value": (with_set("realizations"), 2, ["--set", "realizations"]),
    "set without a key": (with_set("=5"), 2, ['--set: "=5"']),
    "set of nothing": (with_set(""), 2, ['--set: ""']),
    "no name for a command": ([""], 2, ['"": no such command']),
    "no name for the study": (["run", ""], 2, ["run: an empty name"]),
    "no name for the output": (["run", "study.yaml", "-o", ""], 2, ["-o: an empty name"]),
    "no name for info": (["info", ""], 2, ["info: an empty name"]),
    "no name for export": (["export", ""], 2, ["export: an empty name"]),
    "no names for merge": (["merge", "", "old.h5"], 2, ["merge: an empty name"]),
    "no number of groups": (["run", "study.yaml", "--groups", ""], 2, ['--groups: ""']),
    "two lines in the study's name": (["run", "no\nsuch.yaml"], 2, ["no?such.yaml: No such file"]),
    "two lines in the output's name": (["run", "study.yaml", "-o", "no\nsuch/a.h5"], 2, ["no?such"]),
    "two lines in an option": (["run", "study.yaml", "--no\nsuch"], 2, ["--no?such: no such option"]),
    "set of an unknown key": (with_set("realisations=3"), 2, ["realisations", "realizations?"]),
    "set through a number": (with_set("eta.x.y=3"), 2, ["--set", "eta"]),
    "output folder missing": (["run", "study.yaml", "-o", "none/a.h5"], 2, ["none", "No such file"]),
    "output in a file": (["run", "study.yaml", "-o", "study.yaml/a.h5"], 2, ["study.yaml"]),
    "output is a folder": (["run", "study.yaml", "-o", "folder", "--resume"], 2, ["folder"]),
    "output has no name": (["run", "study.yaml", "-o", "folder/"], 2, ["folder/"]),
    "existing results": (["run", "study.yaml", "-o", "old.h5"], 2, ["old.h5", "--resume"]),
    "existing journal": (["run", "study.yaml", "-o", "killed.h5"], 2, ["killed.h5.journal", "--resume"]),
    "existing results, dry run": (["run", "study.yaml", "-o", "old.h5", "--dry-run"], 2, ["old.h5"]),
    "resume of no results file": (["run", "study.yaml", "-o", "notes.h5", "--resume"], 2, ["notes.h5"]),
    "export of nothing": (["export"], 2, ["export"]),
    "export of a missing file": (["export", "nothing.h5"], 2, ["nothing.h5"]),
    "export of another file": (["export", "notes.h5"], 2, ["notes.h5"]),
    "export of two files": (["export", "old.h5", "old.h5"], 2, ["one results file"]),
    "export with an unknown option": (["export", "old.h5", "--all"], 2, ["--all"]),
    "info of a missing file": (["info", "nothing.h5"], 2, ["nothing.h5"]),
    "info of another file": (["info", "study.yaml"], 2, ["study.yaml"]),
    "info of a folder": (["info", "folder"], 2, ["folder"]),
    "merge of nothing": (["merge", "all.h5"], 2, ["merge"]),
    "merge onto a file": (["merge", "old.h5", "old.h5"], 2, ["old.h5", "exists"]),
    "merge of a missing file": (["merge", "all.h5", "nothing.h5"], 2, ["nothing.h5"]),
    "merge of another file": (["merge", "all.h5", "notes.h5"], 2, ["notes.h5"]),
    "merge into a missing folder": (["merge", "none/all.h5", "old.h5"], 2, ["none"]),
    # the study's values
    "misspelt system": (with_set("system=andersen"), 2, ["andersen", "anderson"]),
    "eta 0": (with_set("eta=[0.5, 0]"), 2, ["eta.1: 0", "(0, 2]"]),
    "eta negative": (with_set("eta=[-0.3, 0.5]"), 2, ["eta.0: -0.3", "(0, 2]"]),
    "eta above 2": (with_set("eta=[2.01, 0.5]"), 2, ["2.01", "(0, 2]"]),
    "eta not a number": (with_set("eta=[.nan, 0.5]"), 2, ["eta.0", "nan"]),
    "eta whose square underflows": (with_set("eta=[0.5, 1e-200]"), 2, ["eta: 1e-200", "distance of two sites"]),
    "eta infinite": (with_set("eta=[.inf, 0.5]"), 2, ["eta.0", "inf"]),
    "eta a word": (with_set("eta=weak"), 2, ["eta", "weak"]),
    "eta twice": (with_set("eta=[0.5, 0.5]"), 2, ["eta", "0.5"]),
    "dimension 4": (with_set("dimension=4"), 2, ["dimension: 4", "[1, 3]"]),
    "dimension 0": (with_set("dimension=0"), 2, ["dimension: 0"]),
    "3 sites": (with_set("sites=[3, 10]"), 2, ["sites.0: 3", "4"]),
    "half a site": (with_set("sites=[12.5, 10]"), 2, ["sites.0: 12.5"]),
    "one entry of sites for two eta": (with_set("sites=[17]"), 2, ["sites", "2"]),
    "box and sites": (with_set("box=4"), 2, ["box", "sites"]),
    "a box too small for the envelope": (with_set("initial.envelope.width=0.8"), 2, ["too small", "envelope"]),
    "envelope off centre": (with_set("initial.envelope.center=[1.5, 0, 0]"), 2, ["envelope"]),
    "envelope narrower than a site": (with_set("initial.envelope.width=0.1"), 2, ["width: 0.1", "eta^2"]),
    "no times": (with_set("times=[]"), 2, ["times"]),
    "times falling": (with_set("times=[0.5, 0.25]"), 2, ["times.1: 0.25"]),
    "a time twice": (with_set("times=[0.5, 0.5]"), 2, ["times.1: 0.5"]),
    "a time negative": (with_set("times=[-0.5, 0.5]"), 2, ["times.0: -0.5"]),
    "no realizations": (with_set("realizations=0"), 2, ["realizations: 0", "[1,"]),
    "half a realization": (with_set("realizations=1.5"), 2, ["realizations: 1.5", "integer"]),
    "moment of order 0": (with_set("moments=[0, 2]"), 2, ["moments.0: 0"]),
    "moment twice": (with_set("moments=[2, 2]"), 2, ["moments"]),
    "snapshot beyond the realizations": (with_set("snapshot=4"), 2, ["snapshot: 4"]),
    "reference misspelt": (with_set("reference=no"), 2, ["reference", "none"]),
    "centre of the wrong length": (with_set("initial.envelope.center=[0, 0]"), 2, ["center", "3"]),
    "momentum of the wrong length": (with_set("initial.phase.momentum=[0.1]"), 2, ["momentum", "3"]),
    "hessian not symmetric": (with_set("initial.phase.hessian=[[0, 1, 0], [0, 0, 0], [0, 0, 0]]"),
                              2, ["hessian", "symmetric"]),
    "hessian of the wrong size": (with_set("initial.phase.hessian=[[0, 1], [1, 0]]"), 2, ["hessian", "3"]),
    "power of the wrong length": (with_set("initial.phase.terms=[{power: [3, 0], coefficient: 1}]"), 2,
                                  ["terms.0.power", "3"]),
    "degree 0": (with_set("initial.phase.terms=[{power: [0, 0, 0], coefficient: 1}]"), 2, ["power", "[1, 8]"]),
    "degree 9": (with_set("initial.phase.terms=[{power: [3, 3, 3], coefficient: 1}]"), 2, ["power", "[1, 8]"]),
    "term without a coefficient": (with_set("initial.phase.terms=[{power: [3, 0, 0]}]"), 2, ["coefficient"]),
    "wave of S of no length": (with_set("initial.phase.waves=[{wave: [0, 0, 0], sine: 1}]"), 2, ["waves.0.wave"]),
    "a plane wave bent": (with_set("initial={envelope: {shape: uniform}, phase: {waves: [{wave: [1, 0, 0], sine: 1}]}}"),
                          2, ["waves", "gaussian"]),
    "packets and an envelope": (with_set("initial.packets=[{envelope: {shape: gaussian, width: 0.3}}, "
                                         "{envelope: {shape: gaussian, width: 0.3}, phase: {momentum: [0.2, 0, 0]}}]"),
                                2, ["envelope", "packets"]),
    "packets that are one": (with_set("initial={packets: [{envelope: {shape: gaussian, width: 0.4}}, {envelope: "
                                      "{shape: gaussian, width: 0.45}, phase: {momentum: [1, 0, 0]}}]}"),
                             2, ["packets.1", "interferes", "grad S"]),
    "one packet in a list": (with_set("initial={packets: [{envelope: {shape: gaussian, width: 0.3}}]}"), 2,
                             ["packets"]),
    "a site among packets": (with_set("initial={packets: [{envelope: {shape: gaussian, width: 0.3}}, "
                                      "{envelope: {shape: delta}}]}"), 2, ["packets.1.envelope", "delta"]),
    "unknown envelope": (with_set("initial.envelope.shape=box"), 2, ["shape: box", "gaussian"]),
    "width without an envelope that has one": (with_set("initial.envelope={shape: uniform, width: 1}"),
                                               2, ["width", "unknown key"]),
    "unknown distribution": (with_set("disorder.distribution=normal"), 2, ["normal", "gaussian"]),
    "seed too large": (with_set("disorder.seed=18446744073709551616"), 2, ["seed"]),
    "seed negative": (with_set("disorder.seed=-1"), 2, ["seed: -1"]),
    "no observables": (with_set("observables=[]"), 2, ["observables"]),
    "observable twice": (with_set("observables.1.name=place"), 2, ["observables.1.name", "place"]),
    "observable with a comma": (with_set("observables.1.name='a,b'"), 2, ["observables.1.name"]),
    "observable without a momentum": (with_set("observables.0={name: a, position: {shape: uniform}}"),
                                      2, ["observables.0", "momentum"]),
    "mode of the wrong length": (with_set("observables.0.momentum.mode=[0, 0]"), 2,
                                 ["observables.0.momentum.mode", "3"]),
    "mode too large for the lattice": (with_set("observables.0.momentum.mode=[0, 7, 0]"), 2,
                                       ["mode 7", "12 sites"]),
    "mode too small for the lattice": (with_set("observables.0.momentum.mode=[0, 0, -6]"), 2,
                                       ["mode -6", "12 sites"]),
    "energy too large for the lattice": (with_set("observables.0.momentum={energy: 6}"), 2,
                                         ["observables.0.momentum.energy: 6", "12 sites", "below sites/2"]),
    "mode and energy": (with_set("observables.0.momentum.energy=1"), 2, ["exactly one"]),
    "velocity of a fourth axis": (with_set("observables.0.momentum={velocity: 4}"), 2, ["velocity: 4"]),
    "wave too large for the lattice": (with_set("observables.0.position={shape: wave, wave: [0, 7, 0]}"),
                                       2, ["wave 7", "12 sites"]),
    "unknown method": (with_set("propagator.method=euler"), 2, ["euler", "chebyshev"]),
    "tolerance 0": (with_set("propagator.tolerance=0"), 2, ["tolerance: 0"]),
    "tolerance out of reach in single": (with_set("propagator.tolerance=1e-9"), 2,
                                         ["tolerance", "single", "double"]),
    "tolerance out of reach in double": (with_set("propagator.tolerance=1e-16",
                                                  "propagator.precision=double"), 2,
                                         ["tolerance", "double"]),
    "tolerance out of reach of strang in single": (with_set("propagator.method=strang",
                                                            "propagator.tolerance=1e-6"), 2,
                                                   ["tolerance", "single"]),
    "tolerance of the reference 0": (with_set("boltzmann.tolerance=0"), 2, ["boltzmann.tolerance: 0"]),
    # the environment
    "a lattice beyond any memory": (with_set("sites=[20000, 20000]"), 3, ["not enough memory", "GB"]),
    "samples beyond any disk": (with_set("realizations=100000000", "moments=[1]",
                                         f"times={[0.001 * i for i in range(400)]}"), 3,
                                ["not enough room", "GB"]),
    "a lattice beyond any memory, dry run": (with_set("sites=[20000, 20000]") + ["--dry-run"], 3,
                                             ["not enough memory", "GB"]),
}

# what is wrong: (text of the study, words of the message); exit code 2
STUDIES = {
    "unknown key": (with_line("moments:", "momens:"), ["bad.yaml:15: momens", "did you mean moments?"]),
    "unknown key in a map": (with_line("shape: gaussian, width", "shape: gaussian, wigth"),
                             ["bad.yaml:8", "width"]),
    "duplicate key": (study_text() + "eta: [0.5, 0.6]\n", ["bad.yaml:18", "eta"]),
    "missing key": (with_line("realizations: 4\n", ""), ["realizations", "missing", "a number, or min, max and until"]),
    "malformed YAML": (with_line("eta: [0.5, 0.6]", "eta: [0.5, 0.6"), ["bad.yaml", "YAML"]),
    "a tab": (with_line("  phase:", "\tphase:"), ["bad.yaml:9", "YAML"]),
    "a list": ("- 1\n- 2\n", ["bad.yaml:1"]),
    "nothing": ("", ["bad.yaml"]),
    "not UTF-8": (study_text().encode() + b"name: \xff\xfe\n", ["bad.yaml"]),
    "an anchor": (study_text() + "a: &b 1\n", ["bad.yaml:18", "anchor"]),
    "neither box nor sites": (with_line("sites: [17, 12]\n", ""), ["box", "sites"]),
    "a map for a number": (with_line("realizations: 4", "realizations: {a: 4}"), ["realizations"]),
}


# A launcher's own words and its exit code, one of each kind; all of them on 2 ranks take one start.
LAUNCHED = ("no command", "unknown option", "eta 0", "merge of another file", "a lattice beyond any memory")


class AWarning(unittest.TestCase):
    def test_is_said_once_however_many_points_give_cause(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text())
            said = folder.run("study.yaml", "a.h5", "--set", "realizations=1", "--set", "initial.envelope.width=0.5",
                              "--set", "disorder.distribution=[gaussian, uniform]").err.splitlines()
            self.assertEqual(len(said), 2)  # one for each eta
            self.assertEqual(len(set(said)), 2)


class EveryMistakeIsOneLine(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())
        self.folder.write("binary.yaml", b"system: \x00\x01\x02")
        self.folder.write("notes.h5", "not a results file\n")
        os.mkdir(os.path.join(self.folder.path, "folder"))
        self.folder.run("study.yaml", "old.h5", "--set", "realizations=1")
        os.mkdir(os.path.join(self.folder.path, "killed.h5.journal"))

    def check(self, result, code, words):
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.out, "", result)
        self.assertEqual(result.err.count("\n"), 1, result)
        self.assertTrue(result.err.endswith("\n"), result)
        self.assertLess(len(result.err), 1024)
        for word in words:
            self.assertIn(word, result.err)
        for word in NOISE:
            self.assertNotIn(word, result.err)

    def check_all(self, cases):
        """cases: what is wrong -> (arguments, exit code, words)."""
        before = self.folder.listing()
        work = [(name, None) for name in cases] + [(name, 2) for name in cases if name in LAUNCHED]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda w: self.folder.kinlim(*cases[w[0]][0], ranks=w[1]), work))
        work += [(name, "2 in one process") for name in cases]
        results += self.folder.many([cases[name][0] for name in cases], 2)
        for (name, ranks), result in zip(work, results):
            with self.subTest(name, ranks=ranks):
                self.check(result, *cases[name][1:])
        self.assertEqual(len(results), len(work))
        self.assertEqual(self.folder.listing(), before)

    def test_in_the_arguments_and_the_values_of_a_study(self):
        self.check_all(ARGUMENTS)

    def test_in_the_text_of_a_study(self):
        cases = {}
        for i, (name, (text, words)) in enumerate(STUDIES.items()):
            os.mkdir(os.path.join(self.folder.path, str(i)))
            self.folder.write(f"{i}/bad.yaml", text)
            cases[name] = (["run", f"{i}/bad.yaml"], 2, words)
        self.check_all(cases)


def without_privileges():
    """A prefix for commands that makes permission bits bind for root too; None: not possible."""
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    if not shutil.which("setpriv"):
        return None
    return prefix if subprocess.run(prefix + ["true"], stderr=subprocess.DEVNULL).returncode == 0 else None


@unittest.skipIf(without_privileges() is None, "permission bits do not bind here")
class WhatMayNotBeTouchedIsOneLine(unittest.TestCase):
    def check(self, code, words, *args):
        before = self.folder.listing()
        for ranks in (None, 2):
            done = subprocess.run(without_privileges() + command(args, ranks), cwd=self.folder.path,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (code, "", 1), done)
            for word in words:
                self.assertIn(word, done.stderr)
        self.assertEqual(self.folder.listing(), before)

    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())

    def test_a_folder_that_is_not_writable(self):
        self.folder.run("study.yaml", "old.h5", "--set", "realizations=1")
        closed = os.path.join(self.folder.path, "closed")
        os.mkdir(closed, 0o555)
        self.check(3, ["closed", "Permission denied"], "run", "study.yaml", "-o", "closed/a.h5")
        self.check(3, ["closed", "Permission denied"], "merge", "closed/a.h5", "old.h5")

    def test_a_folder_that_may_not_be_searched(self):
        closed = os.path.join(self.folder.path, "closed")
        os.mkdir(closed, 0o000)
        self.addCleanup(os.chmod, closed, 0o755)
        self.check(3, ["closed", "Permission denied"], "run", "study.yaml", "-o", "closed/a.h5")

    def test_a_study_that_may_not_be_read(self):
        os.chmod(self.folder.write("secret.yaml", study_text()), 0o000)
        self.check(2, ["secret.yaml", "Permission denied"], "run", "secret.yaml")

    def test_results_that_may_not_be_read(self):
        os.chmod(self.folder.write("secret.h5", ""), 0o000)
        self.check(2, ["secret.h5", "Permission denied"], "export", "secret.h5")


if __name__ == "__main__":
    unittest.main(verbosity=2)
