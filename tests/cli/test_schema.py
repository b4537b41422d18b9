"""The JSON Schema and the reference of `kinlim schema`: what the schema takes, the program takes,
and what it refuses, the program refuses.
"""
import copy
import glob
import json
import os
import re
import subprocess
import unittest

try:
    import jsonschema
    import yaml
except ImportError:
    raise SystemExit(77)
import h5py

from kinlim_cli import Folder

SOURCE = os.environ["SOURCE_DIR"]
JOBS = sorted(glob.glob(os.path.join(SOURCE, "jobs", "*", "*.yaml")))
SYSTEMS = ["anderson", "expansion", "localization", "lyapunov", "graphs", "crossing", "semiclassical",
           "fermi", "hartree_fock", "trotter", "spectral", "feynman_kac", "eigenstates", "vlasov"]


class Yaml12(yaml.SafeLoader):
    """Numbers as YAML 1.2 and kinlim have them: 1e5 is one."""


Yaml12.yaml_implicit_resolvers = {k: [r for r in v if r[0] not in ("tag:yaml.org,2002:float", "tag:yaml.org,2002:int")]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Yaml12.add_implicit_resolver("tag:yaml.org,2002:float",
                             re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"), list("-+.0123456789"))

ANDERSON = {
    "system": "anderson", "dimension": 2, "sites": [16, 20], "eta": [0.6, 0.5], "times": [0.1, 0.2], "realizations": 4,
    "initial": {"envelope": {"shape": "gaussian", "width": 0.4, "center": [0, 0]}, "phase": {"momentum": [0.1, 0.2]}},
    "disorder": {"distribution": "gaussian", "seed": 1},
    "observables": [{"name": "a", "position": {"shape": "gaussian", "width": 0.6}, "momentum": {"mode": [0, 0]}},
                    {"name": "b", "position": {"shape": "wave", "wave": [1, 0]}, "momentum": {"energy": 1}}],
    "boltzmann": {"reference": "none"}}
LOCALIZATION = {"system": "localization", "dimension": 1, "box": 4.0, "eta": 0.5, "times": 0.5, "realizations": 2}
LYAPUNOV = {"system": "lyapunov", "width": [1.0, 2.0], "energy": 0.5, "times": [10, 20], "realizations": 2}
PACKET = {"envelope": {"shape": "gaussian", "width": 0.4}, "phase": {"momentum": [0.3, 0.2]}}
OTHER = {"envelope": {"shape": "bump", "width": 0.5}, "weight": 2, "angle": 0.25}
MISSING = object()
AXIS = {"power": [3, 0], "coefficient": 0.1}

# Path and value to change in a study; MISSING takes the key away.
WRONG = {
    "a required key is missing": (ANDERSON, "times", MISSING),
    "one below a map is": (ANDERSON, "observables.0.name", MISSING),
    "an unknown key": (ANDERSON, "colour", 1),
    "one below": (ANDERSON, "initial.envelope.colour", 1),
    "one in a list of maps": (ANDERSON, "observables.1.momentum.colour", 1),
    "a key of another system": (LYAPUNOV, "boltzmann", {}),
    "an unknown system": (ANDERSON, "system", "ising"),
    "no system": (ANDERSON, "system", MISSING),
    "a word for a number": (ANDERSON, "eta", "strong"),
    "a word in a list of numbers": (ANDERSON, "eta.1", "strong"),
    "a number for a word": (ANDERSON, "observables.0.name", 8),
    "an empty word": (ANDERSON, "observables.0.name", ""),
    "a truth for a number": (ANDERSON, "realizations", True),
    "half an integer": (ANDERSON, "realizations", 2.5),
    "half an integer in a list": (ANDERSON, "sites.0", 16.5),
    "an integer below its range": (ANDERSON, "dimension", 0),
    "an integer above its range": (ANDERSON, "dimension", 4),
    "a number at the open low end": (ANDERSON, "eta.0", 0),
    "a lone number at the open low end": (LOCALIZATION, "eta", 0),
    "a number at the open high end": (LOCALIZATION, "level", 2),
    "a number above its range": (ANDERSON, "eta.0", 2.1),
    "a seed of 65 bits": (ANDERSON, "disorder.seed", 2**64),
    "a negative seed": (ANDERSON, "disorder.seed", -1),
    "a word that is no choice": (ANDERSON, "boltzmann.space", "sphere"),
    "a choice that comes twice": (ANDERSON, "disorder.distribution", ["uniform", "uniform"]),
    "several choices where one is meant": (LOCALIZATION, "disorder", {"distribution": ["uniform", "laplace"]}),
    "an empty list": (ANDERSON, "times", []),
    "a number that comes twice": (ANDERSON, "eta", [0.5, 0.5]),
    "a time that comes twice": (ANDERSON, "times", [0.1, 0.1]),
    "a list of maps that is a map": (ANDERSON, "observables", ANDERSON["observables"][0]),
    "a map that is a list": (ANDERSON, "initial", [PACKET]),
    "a map that is a word": (ANDERSON, "disorder", "gaussian"),
    "too few maps": (ANDERSON, "initial", {"packets": [PACKET]}),
    "too many maps": (ANDERSON, "initial.phase.terms", [AXIS] * 101),
    "a matrix of numbers": (ANDERSON, "initial.phase.hessian", [1, 0]),
    "a word in a matrix": (ANDERSON, "initial.phase.hessian", [[1, 0], [0, "x"]]),
    "a number of a matrix out of range": (ANDERSON, "initial.phase.hessian", [[1001, 0], [0, 0]]),
    "a key that the word of another needs": (ANDERSON, "initial.envelope.width", MISSING),
    "a key that the word of another forbids": (ANDERSON, "initial.envelope", {"shape": "uniform", "width": 1}),
    "the same where words differ": (ANDERSON, "observables.0.position", {"shape": "uniform", "center": [0, 0]}),
    "a field's key of another type": (ANDERSON, "fields", [{"type": "density", "width": 0.1}]),
    "two of which one is to be given": (ANDERSON, "box", 4.0),
    "none of them": (ANDERSON, "sites", MISSING),
    "three of them": (ANDERSON, "observables.0.momentum", {"mode": [0, 0], "energy": 1, "velocity": 1}),
    "a key without the one it goes with": (ANDERSON, "initial", {"packets": [PACKET, OTHER], "phase": {}}),
    "an alternative that is incomplete": (ANDERSON, "realizations", {"min": 2, "max": 4}),
    "an alternative out of range": (ANDERSON, "realizations",
                                    {"min": 2, "max": 4, "until": {"relative_error": 0}}),
    "neither alternative": (ANDERSON, "realizations", [4]),
    "nothing": (ANDERSON, "disorder", None),
}
RIGHT = {
    "each system": [(ANDERSON, "snapshot", 0), (LOCALIZATION, "origins", 2), (LYAPUNOV, "disorder", {"seed": 2**64 - 1})],
    "a lone number or a list": [(LOCALIZATION, "eta", [0.5]), (LOCALIZATION, "times", [0.25, 0.5])],
    "one or several choices": [(ANDERSON, "disorder.distribution", ["uniform", "laplace"])],
    "either alternative": [(ANDERSON, "realizations", {"min": 2, "max": 4, "until": {"relative_error": 1, "order": 2}})],
    "the closed end of a range": [(ANDERSON, "moments", [1, 64]), (ANDERSON, "deltas", [0.1, 1e9])],
    "a superposition": [(ANDERSON, "initial", {"packets": [PACKET, OTHER]})],
    "phases": [(ANDERSON, "initial.phase", {"hessian": [[0.1, 0], [0, 0.2]], "terms": [AXIS],
                                            "waves": [{"wave": [0.5, 0], "sine": 0.1}]})],
    "every start": [(ANDERSON, "initial", {"envelope": {"shape": "uniform"}}),
                    (ANDERSON, "initial", {"envelope": {"shape": "delta", "center": [0, 0]}})],
    "every field": [(ANDERSON, "fields", [{"type": "husimi", "positions": 8, "momenta": 8, "width": 0.3},
                                          {"type": "momentum", "momenta": 8, "axis": 2}, {"type": "density"}])],
    "every symbol": [(ANDERSON, "observables.0.momentum", {"velocity": 2})],
    "the rest": [(ANDERSON, "budget", {"realizations": 1}), (ANDERSON, "cache", 2), (ANDERSON, "reference", "none"),
                 (ANDERSON, "propagator", {"method": "strang", "precision": "double", "tolerance": 1e-3})],
}

# To make the runs of jobs/ small: their eta, times and realizations.
SMALL = {"anderson": ["eta=[0.5]", "times=[0.1]", "reference=none"],
         "expansion": ["eta=[0.5]", "sites=[20]", "times=[0.1]", "reference=none"],
         "localization": ["eta=[0.6]", "times=[0.1]"],
         "spectral": ["eta=[0.5]", "sites=[8]", "energies=[0]"],
         "eigenstates": ["eta=[0.5]", "sites=[8]", "states=5"],
         "lyapunov": ["times=[10]"], "crossing": ["eps=[0.5]", "sites=[32]"],
         "graphs": ["eta=[0.5]", "sites=[14]", "times=[0.1]"],
         "semiclassical": ["eps=[0.2]", "times=[0.1]", "reference=none"],
         "fermi": ["eta=[0.5]", "sites=[14]", "times=[0.1]", "reference=none"],
         "hartree_fock": ["times=[0.01]", "realizations=2", "ensembles=1", "reference=none"],
         "trotter": ["hbar=[0.2]", "slices=[8]", "times=[0.5]", "reference=none"],
         "feynman_kac": ["eta=[0.5]", "sites=[8]", "times=[0.1]", "origins=1", "reference=none"],
         "vlasov": ["particles=[4]", "times=[0.1]", "reference=none"]}


def changed(study, path, value):
    study = copy.deepcopy(study)
    *way, last = [int(word) if word.isdigit() else word for word in path.split(".")]
    place = study
    for word in way:
        place = place[word]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return study


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        texts = {None: cls.folder.good("schema").out, **{s: cls.folder.good("schema", s).out for s in SYSTEMS}}
        cls.validators = {}
        for system, text in texts.items():
            schema = json.loads(text)
            jsonschema.Draft7Validator.check_schema(schema)
            cls.validators[system] = jsonschema.Draft7Validator(schema)

    @classmethod
    def tearDownClass(cls):
        cls.folder.__exit__()

    def takes(self, study):
        """By the schema of all systems, which must agree with that of the study's own."""
        verdict = self.validators[None].is_valid(study)
        if study.get("system") in SYSTEMS:
            self.assertEqual(self.validators[study["system"]].is_valid(study), verdict)
        return verdict

    def program(self, studies):
        """What the program says of each."""
        for i, study in enumerate(studies):
            self.folder.write(f"study-{i}.yaml", json.dumps(study))  # JSON is YAML
        return self.folder.many([["run", f"study-{i}.yaml", "--dry-run"] for i in range(len(studies))], 1)

    def test_takes_the_studies_of_jobs(self):
        self.assertGreater(len(JOBS), 10)
        for path in JOBS:
            with open(path) as file:
                study = yaml.load(file, Yaml12)
            for name in (None, study["system"]):
                self.assertEqual([e.message for e in self.validators[name].iter_errors(study)], [], path)

    def test_knows_every_key_of_their_resolved_studies(self):
        for i, path in enumerate(JOBS):
            with open(path) as file:
                system = yaml.load(file, Yaml12)["system"]
            settings = [x for s in ["realizations=1"] + SMALL[system] for x in ("--set", s)]
            self.folder.run(path, f"{i}.h5", *settings)
            with h5py.File(os.path.join(self.folder.path, f"{i}.h5"), "r") as file:
                resolved = yaml.safe_load(str(file.attrs["study"]))
            if system not in ("crossing", "semiclassical", "trotter", "vlasov"):   # nothing is drawn
                self.assertIn("seed", resolved["disorder"])
            self.assertEqual([e.message for e in self.validators[None].iter_errors(resolved)], [], path)

    def test_refuses_what_the_program_refuses(self):
        studies = {what: changed(*case) for what, case in WRONG.items()}
        for (what, study), result in zip(studies.items(), self.program(studies.values())):
            with self.subTest(what):
                self.assertFalse(self.takes(study))
                self.assertEqual(result.code, 2)

    def test_takes_what_the_program_takes(self):
        right = [(what, case[1:], changed(*case)) for what, cases in RIGHT.items() for case in cases]
        for (what, case, study), result in zip(right, self.program([study for *_, study in right])):
            with self.subTest(what, case=case):
                self.assertEqual([e.message for e in self.validators[None].iter_errors(study)], [])
                self.assertEqual(result.code, 0, str(result))

    def test_defaults_are_what_their_keys_take(self):
        def walk(schema):
            if isinstance(schema, dict):
                if "default" in schema:
                    self.assertTrue(jsonschema.Draft7Validator(schema).is_valid(schema["default"]), schema)
                    defaults.append(schema["default"])
                for below in schema.values():
                    walk(below)
            elif isinstance(schema, list):
                for below in schema:
                    walk(below)
        defaults = []
        walk(self.validators[None].schema)
        for value in (1e-5, [1, 2, 4], "chebyshev", {}):
            self.assertIn(value, defaults)

    def test_an_unknown_system_or_option_is_one_line(self):
        for args in (["schema", "ising"], ["schema", "anderson", "lyapunov"], ["schema", "--yaml"]):
            result = self.folder.kinlim(*args)
            self.assertEqual((result.code, result.out, result.err.count("\n")), (2, "", 1))


LOCKSTEP = {"system": "lockstep", "rate": [0.1, 0.2], "steps": [0, 12], "realizations": 5, "ensembles": 6}
TOY = {"system": "toy", "eps": [0.1, 0.05], "times": [0.5, 1]}
UNTIL = {"relative_error": 0.1}
OTHERS_RIGHT = [LOCKSTEP, TOY, changed(LOCKSTEP, "ensembles", MISSING), changed(TOY, "realizations", 1),
                changed(LOCKSTEP, "ensembles", {"min": 2, "max": 6, "until": UNTIL})]
OTHERS_WRONG = [changed(LOCKSTEP, "realizations", MISSING), changed(LOCKSTEP, "realizations", 1),
                changed(LOCKSTEP, "realizations", {"min": 2, "max": 6, "until": UNTIL}),
                changed(LOCKSTEP, "ensembles", 0), changed(LOCKSTEP, "ensembles", {"min": 2, "max": 6}),
                changed(LOCKSTEP, "times", [1]), changed(LOCKSTEP, "steps", MISSING),
                changed(TOY, "realizations", 2), changed(TOY, "ensembles", 2), changed(TOY, "moments", [1]),
                changed(TOY, "deltas", [0.1]), changed(TOY, "times", MISSING), changed(TOY, "system", "anderson")]


class OtherPrograms(unittest.TestCase):
    """A program with systems of its own, deterministic and in lockstep, has them in all of this."""

    def answer(self, *words):
        program = os.path.join(os.environ["TESTS"], "cli_program_systems")
        return subprocess.run([program, *words], capture_output=True, text=True)

    def test_their_schema_takes_what_they_take(self):
        validator = jsonschema.Draft7Validator(json.loads(self.answer("schema").stdout))
        with Folder() as folder:
            for studies, code in (OTHERS_RIGHT, 0), (OTHERS_WRONG, 2):
                for study in studies:
                    with self.subTest(study=study):
                        self.assertEqual(validator.is_valid(study), code == 0)
                        folder.write("study.yaml", json.dumps(study))
                        done = self.answer("run", os.path.join(folder.path, "study.yaml"), "--dry-run")
                        self.assertEqual(done.returncode, code, done.stderr)

    def test_the_reference_tells_the_kinds_of_ensemble_apart(self):
        text = self.answer("schema", "--markdown").stdout
        *_, deterministic, lockstep, own, toy = text.split("\n## ")
        self.assertRegex(deterministic, "(?s)^Every study that is deterministic\n\nThat is: `toy`.*`realizations`")
        self.assertRegex(lockstep, "(?s)^Every study of ensembles in lockstep\n\nThat is: `lockstep`.*`ensembles`")
        self.assertNotIn("`moments`", deterministic)
        self.assertRegex(own, "(?s)^`lockstep`.*`steps`.*`rate`")
        self.assertRegex(toy, "(?s)^`toy`.*`times`.*`eps`")

    def test_info_and_completion_have_their_systems(self):
        self.assertIn("| `ensembles` |", self.answer("info", "lockstep").stdout)
        self.assertEqual(self.answer("info", "anderson").returncode, 2)
        text = self.answer("completion", "bash").stdout
        self.assertIn("complete -o default -F _cli_program_systems 'cli_program_systems'", text)
        self.assertRegex(text, "(?m)^ensembles.until.order=$")
        self.assertNotIn("anderson", text)


class Reference(unittest.TestCase):
    def test_docs_keys_md_is_up_to_date(self):
        with Folder() as folder, open(os.path.join(SOURCE, "docs", "keys.md")) as file:
            self.assertEqual(folder.good("schema", "--markdown").out, file.read(),
                             "run: kinlim schema --markdown > docs/keys.md")

    def test_info_lists_the_keys_of_a_system(self):
        with Folder() as folder:
            text = folder.good("info", "localization").out
            for key in ("realizations.min", "dimension", "sigma", "disorder.seed", "propagator.tolerance", "cache"):
                self.assertIn(f"| `{key}` |", text)
            self.assertNotIn("boltzmann", text)
            self.assertRegex(text, r"^localization: .+\nsource: .+\nensemble: independent realizations\nstations: `times`: ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
