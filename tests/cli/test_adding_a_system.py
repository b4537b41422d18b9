"""docs/adding-a-system.md, taken at its word: the C block is a whole program with a system of its own,
under 80 lines; it builds against an installed copy with mpicc and pkg-config, and its study runs, has
the rate 2 and a report. Every public header can be included from C++, alone, and names no private one."""
import os
import re
import shutil
import subprocess

from kinlim_cli import KINLIM, Folder, rows, select

ROOT = os.environ["SOURCE_DIR"]
BUILD = os.path.dirname(KINLIM)


def blocks():
    with open(os.path.join(ROOT, "docs", "adding-a-system.md"), encoding="utf-8") as file:
        page = file.read()
    found = dict(re.findall(r"```(c|yaml)\n(.*?)```", page, re.S))
    return found["c"], found["yaml"]


def install(folder):
    prefix = os.path.join(folder.path, "usr")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    for place, _, files in os.walk(prefix):
        if "kinlim.pc" in files:
            return prefix, {**os.environ, "PKG_CONFIG_PATH": place}
    raise AssertionError("no kinlim.pc is installed")


def build(folder, program, environment):
    folder.write("toy.c", program)
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "kinlim"], env=environment, check=True,
                           capture_output=True, text=True).stdout.split()
    subprocess.run(["mpicc", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "toy.c", "-o", "toy"]
                   + flags, cwd=folder.path, env=environment, check=True)


def toy(folder, *words, code=0):
    done = subprocess.run(["./toy", *words], cwd=folder.path, capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done


def the_page_is_a_program(folder, environment):
    program, study = blocks()
    assert len(program.splitlines()) < 80
    build(folder, program, environment)
    folder.write("toy.yaml", study)
    toy(folder, "run", "toy.yaml", "-o", "toy.h5", "--quiet")
    table = rows(toy(folder, "export", "toy.h5").stdout)
    assert list(table[0])[:2] == ["eps", "time"]
    for time in (0.5, 1):
        rate, = select(table, statistic="rate:bias", time=time)
        low, value, high = (float(rate[c]) for c in ("low", "value", "high"))
        assert low <= 2 <= high and high - low < 1e-6 and abs(value - 2) < 1e-6, rate
    # Deterministic: nothing that only an ensemble has.
    assert {row["statistic"] for row in table} == {"mean", "reference", "bias", "rate:bias"}
    mean = select(table, statistic="mean", eps=0.1, time=1)[0]
    assert float(mean["low"]) <= 1.01 <= float(mean["high"])
    return study


def it_is_as_careful_as_kinlim(folder, study):
    folder.write("wrong.yaml", study.replace("eps:", "epsilon:"))
    wrong = toy(folder, "run", "wrong.yaml", "-o", "wrong.h5", code=2)
    assert len(wrong.stderr.splitlines()) == 1 and "eps" in wrong.stderr
    folder.write("other.yaml", "system: anderson\n")
    assert "must be one of toy" in toy(folder, "run", "other.yaml", code=2).stderr
    toy(folder, "run", "toy.yaml", "-o", "toy.h5", "--quiet", "--resume")
    assert "exists" in toy(folder, "run", "toy.yaml", "-o", "toy.h5", code=2).stderr
    folder.write("twice.yaml", study + "realizations: 2\n")
    assert "realizations" in toy(folder, "run", "twice.yaml", code=2).stderr


def it_has_a_report(folder):
    subprocess.run([os.path.join(ROOT, "scripts", "report"), "toy.h5", "-o", "report"], cwd=folder.path,
                   check=True, capture_output=True)
    with open(os.path.join(folder.path, "report", "index.html"), encoding="utf-8") as file:
        page = file.read()
    assert "toy" in page and "2.00" in page
    for absent in ("realizations each", "standard deviation", "Histogram", "Boltzmann", "Samples"):
        assert absent not in page, absent


def headers_are_for_cpp_too(folder, prefix, environment):
    if not shutil.which("g++"):
        return
    flags = subprocess.run(["pkg-config", "--cflags", "kinlim"], env=environment, check=True,
                           capture_output=True, text=True).stdout.split()
    place = os.path.join(prefix, "include", "kinlim")
    names = sorted(os.listdir(place))
    assert {"config.h", "results.h", "status.h", "study.h", "system.h", "version.h"} <= set(names)
    for name in names:
        folder.write("one.cpp", f"#include <kinlim/{name}>\nint main() {{ return 0; }}\n")
        subprocess.run(["g++", "-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                        "-DOMPI_SKIP_MPICXX", "one.cpp"]
                       + flags, cwd=folder.path, check=True)
        with open(os.path.join(place, name), encoding="utf-8") as file:
            for included in re.findall(r'#include "(.*?)"', file.read()):
                assert included.startswith("kinlim/"), (name, included)
    folder.write("link.cpp", "#include <kinlim/study.h>\nint main(int n, char **v) "
                 "{ return KINLIM_VERSION_MAJOR + kl_main(n, v, 0); }\n")
    subprocess.run(["g++", "-c", "link.cpp"] + flags, cwd=folder.path, check=True)
    symbols = subprocess.run(["nm", "link.o"], cwd=folder.path, check=True, capture_output=True, text=True)
    assert re.search(r"U kl_main$", symbols.stdout, re.M)    # not mangled


def main():
    with Folder() as folder:
        prefix, environment = install(folder)
        study = the_page_is_a_program(folder, environment)
        it_is_as_careful_as_kinlim(folder, study)
        headers_are_for_cpp_too(folder, prefix, environment)
        it_has_a_report(folder)


if __name__ == "__main__":
    main()
