"""What packagers get: the installation is whole, the recipe of Spack names what the build needs, and the two
container files do the same steps."""
import ast
import os
import re
import shutil
import subprocess
import tempfile
import types
import unittest

SOURCE = os.environ["SOURCE_DIR"]
BUILD = os.path.dirname(os.environ["KINLIM"])


def text(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


class TheInstallation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.prefix = os.path.join(cls.folder.name, "usr")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, *names):
        return os.path.join(self.prefix, *names)

    def test_has_everything(self):
        for name in ("bin/kinlim", "bin/kinlim-report", "share/kinlim/jobs/quickstart/study.yaml",
                     "share/kinlim/python/kinlim/__init__.py", "share/doc/kinlim/study.md", "share/doc/kinlim/LICENSE",
                     "share/bash-completion/completions/kinlim", "include/kinlim/study.h"):
            self.assertTrue(os.path.getsize(self.path(name)), name)

    def test_reports_by_itself(self):
        study = os.path.join(self.folder.name, "study.yaml")
        with open(study, "w") as file:
            file.write("system: lyapunov\nwidth: [1.0]\nenergy: [0.5]\ntimes: [100]\nrealizations: 3\n"
                       "disorder: {distribution: uniform}\n")
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KINLIM")}
        link = os.path.join(self.folder.name, "report")
        os.symlink(self.path("bin/kinlim-report"), link)
        for command in ([self.path("bin/kinlim"), "run", study, "-o", "l.h5", "--quiet"], [link, "l.h5", "-o", "page"]):
            subprocess.run(command, cwd=self.folder.name, env=environment, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE)
        self.assertTrue(os.path.getsize(os.path.join(self.folder.name, "page", "index.html")))

    def test_has_a_man_page_of_every_command_that_has_no_fault(self):
        commands = re.findall(r"^  kinlim ([a-z]+)", subprocess.run([os.environ["KINLIM"], "--help"], check=True, text=True,
                                                                    stdout=subprocess.PIPE).stdout, re.M)
        names = ["kinlim.1"] + [f"kinlim-{command}.1" for command in commands]
        self.assertEqual(sorted(os.listdir(self.path("share/man/man1"))), sorted(names))
        for name in names if shutil.which("groff") else ():
            said = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", self.path("share/man/man1", name)],
                                  stderr=subprocess.PIPE, check=True).stderr
            self.assertEqual(said, b"", name)

    def test_has_a_module_file_of_its_place(self):
        folder = self.path("share/kinlim/modulefiles/kinlim")
        (version,) = os.listdir(folder)
        with open(os.path.join(folder, version)) as file:
            module = file.read()
        self.assertTrue(module.startswith("#%Module1.0\n"))
        self.assertIn(f'set prefix "{self.prefix}"\n', module)
        self.assertNotIn("@", module)
        for place in re.findall(r'"\$prefix/([^"]+)"', module):
            self.assertTrue(os.path.exists(self.path(place)), place)


def recipe():
    """What the directives of the recipe say, and the class, with stand-ins for Spack's."""
    said = {"depends_on": [], "version": [], "variant": []}

    class Nothing:
        def __enter__(self):
            return self

        def __exit__(self, *what):
            pass

    def directive(name):
        return lambda *words, **options: said.setdefault(name, []).append((words, options))
    names = {name: directive(name) for name in ("depends_on", "version", "variant", "maintainers", "license")}
    names.update(when=lambda condition: Nothing(), CMakePackage=object, join_path=os.path.join)
    tree = ast.parse(text("scripts", "spack", "packages", "kinlim", "package.py"))
    tree.body = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
    exec(compile(tree, "package.py", "exec"), names)
    return said, names["Kinlim"]


class TheRecipeOfSpack(unittest.TestCase):
    def test_names_what_scripts_setup_looks_for(self):
        said, _ = recipe()
        depends = [words[0].split()[0] for words, _ in said["depends_on"]]
        setup = text("scripts", "setup")
        build = setup[setup.index("check_build() {"):setup.index("check_python() {")]
        wanted = {name for line in re.findall(r'^    need .*"([^"]*)"$', build, re.M) for name in line.split()}
        alike = {"gcc": "c", "gmake": None, "cmake": "cmake@3.18:", "pkgconf": "pkgconfig", "openmpi": "mpi"}
        for name in wanted:
            name = alike.get(name, name)
            self.assertTrue(name is None or name in depends, name)
        self.assertIn("py-h5py", depends)

    def test_passes_options_that_cmake_knows(self):
        _, package = recipe()
        self_ = types.SimpleNamespace(define_from_variant=lambda name, variant: name, define=lambda name, value: name)
        for name in package.cmake_args(self_):
            self.assertTrue(name == "BUILD_SHARED_LIBS" or f"option({name} " in text("CMakeLists.txt"), name)

    def test_is_in_a_repository_of_its_name(self):
        self.assertIn("namespace: kinlim", text("scripts", "spack", "repo.yaml"))


class TheContainers(unittest.TestCase):
    def test_do_the_same_steps(self):
        docker = re.findall(r"^RUN (.*)$", text("scripts", "containers", "Dockerfile"), re.M)
        post = text("scripts", "containers", "kinlim.def").split("%post\n")[1].split("\n\n")[0]
        self.assertEqual([line.strip() for line in post.splitlines()], docker)
        self.assertIn("/opt/kinlim/scripts/setup", docker)

    def test_versions_are_the_project_s(self):
        version = re.search(r"project\(kinlim VERSION ([0-9.]+)", text("CMakeLists.txt"))[1]
        self.assertIn(f'__version__ = "{version}"', text("scripts", "kinlim", "__init__.py"))


class TheMachineFiles(unittest.TestCase):
    def test_set_what_the_batch_scripts_read(self):
        names = [name for name in os.listdir(os.path.join(SOURCE, "jobs")) if name.endswith(".example")]
        self.assertEqual(len(names), 3)
        for name in names:
            for variable in ("KINLIM=", "LAUNCH=", "SAVE_SECONDS="):
                self.assertIn(f"\n{variable}", text("jobs", name), name)
            subprocess.run(["bash", "-n", os.path.join(SOURCE, "jobs", name)], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
