"""The batch scripts under a real SLURM: one node, this one, with a scratch controller and daemon of
its own. A job is signalled before its limit, puts itself back into the queue and finishes; an array
and its merge; a plain job; the samples are those of a direct run, byte for byte.
"""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

from kinlim_cli import KINLIM, Folder, study_text

PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
CONFIGURATION = """\
ClusterName=kinlim-test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
KillWait=3
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2
MpiDefault=pmix
ReturnToService=2
MailProg=/bin/true
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={scratch}/state
SlurmdSpoolDir={scratch}/spool
SlurmctldPidFile={scratch}/slurmctld.pid
SlurmdPidFile={scratch}/slurmd.pid
SlurmctldLogFile={scratch}/slurmctld.log
SlurmdLogFile={scratch}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs=8
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
SITE = """\
KINLIM='{kinlim}'
LAUNCH='srun --mpi=pmix'
"""


def slow_study():
    """A few seconds of work, so that a run can be caught in the middle."""
    text = study_text()
    for old, new in {"sites: [17, 12]": "sites: [32, 28]", "0.06, 0.5]": "1, 10]",
                     "realizations: 4": "realizations: 100"}.items():
        assert old in text
        text = text.replace(old, new)
    return text


def absent():
    """Why there is no SLURM here; empty if there is one."""
    for name in ("slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel"):
        if shutil.which(name, path=PATH) is None:
            return f"no {name} here: this test needs SLURM (Debian: slurm-wlm)"
    return ""


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for(what, seconds, condition, logs=str):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s in vain: {what}{logs()}")


class Cluster:
    """slurmctld and slurmd in one scratch folder, which is also where jobs are submitted."""

    def __init__(self, folder):
        self.folder = folder
        self.scratch = os.path.join(folder.path, "slurm")
        self.daemons = []
        for name in ("state", "spool"):
            os.makedirs(os.path.join(self.scratch, name))
        text = CONFIGURATION.format(host=socket.gethostname().split(".")[0], ports=free_ports(2),
                                    user=pwd.getpwuid(os.geteuid()).pw_name, scratch=self.scratch)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("SLURM_", "SBATCH_"))}
        self.environment.update(PATH=PATH, SLURM_CONF=folder.write("slurm/slurm.conf", text))
        self.start("slurmctld", "-D", "-c")
        self.start("slurmd", "-D")
        wait_for("an idle node", 60, lambda: self.ask("sinfo", "-h", "-o", "%T").strip() == "idle",
                 self.logs)

    def start(self, *command):
        with open(os.path.join(self.scratch, command[0] + ".out"), "w") as out:
            self.daemons.append(subprocess.Popen(command, env=self.environment, stdout=out,
                                                 stderr=out, cwd=self.scratch))

    def ask(self, *command):
        """What a command of SLURM prints, or "" if it fails."""
        done = subprocess.run(command, env=self.environment, cwd=self.folder.path, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout if done.returncode == 0 else ""

    def command(self, *command):
        done = subprocess.run(command, env=self.environment, cwd=self.folder.path, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{self.logs()}"
        return done.stdout

    def field(self, job, name):
        for word in self.ask("scontrol", "show", "job", "-o", str(job)).split():
            if word.startswith(name + "="):
                return word[len(name) + 1:]
        return ""

    def ended(self, job):
        """Waits until a job is over for good; its last state."""
        final = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")
        return wait_for(f"the end of job {job}", 150,
                        lambda: [s for s in [self.field(job, "JobState")] if s in final], self.logs)[0]

    def logs(self):
        found = "\n"
        for folder in (self.folder.path, self.scratch):
            for name in sorted(os.listdir(folder)):
                if name.endswith(".log"):
                    with open(os.path.join(folder, name), errors="replace") as file:
                        found += f"--- {name}\n" + "".join(file.readlines()[-15:])
        return found

    def stop(self):
        self.ask("scancel", "--user", pwd.getpwuid(os.geteuid()).pw_name)
        try:
            wait_for("no jobs", 20, lambda: self.ask("squeue", "-h") == "")
        except AssertionError:
            pass
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def ranks_of(folder, output):
    """Processes of `kinlim run` that write to this output in the folder, and no others of that name."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if (os.path.samefile(os.readlink(f"/proc/{pid}/exe"), KINLIM) and output.encode() in words
                    and os.path.samefile(f"/proc/{pid}/cwd", folder.path)):
                found.append(int(pid))
        except OSError:
            pass
    return found


class Batch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.place.cleanup)
        shutil.copytree(os.path.join(os.environ["SOURCE_DIR"], "jobs"),
                        os.path.join(cls.folder.path, "jobs"))
        cls.folder.write("jobs/site.sh", SITE.format(kinlim=KINLIM))
        cls.folder.write("study.yaml", slow_study())
        cls.folder.write("short.yaml", study_text())
        cls.cluster = Cluster(cls.folder)
        cls.addClassCleanup(cls.cluster.stop)

    def submit(self, output, *options, **variables):
        export = ",".join(["ALL"] + [f"{key}={value}" for key, value in variables.items()])
        return self.cluster.command(
            "sbatch", "--parsable", "--nodes=1", "--ntasks=2", "--ntasks-per-node=2",
            f"--export={export}", f"--output={output}.log", *options, "jobs/large/job.sh",
            "study.yaml", output).strip()

    def pause(self, *outputs):
        """Stops both ranks of each run as soon as it has journalled something."""
        ranks = {}

        def stop_what_is_ready():
            for output in outputs:
                if output not in ranks and self.folder.has(f"{output}.journal/records-0000-0000"):
                    ranks[output] = ranks_of(self.folder, output)
                    for rank in ranks[output]:
                        os.kill(rank, signal.SIGSTOP)
            return len(ranks) == len(outputs)

        wait_for(f"records of {outputs}", 60, stop_what_is_ready, self.cluster.logs)
        self.assertEqual([len(ranks[output]) for output in outputs], [2] * len(outputs))
        return ranks

    def log(self, output):
        return self.folder.read(output + ".log").decode()

    def finished(self, job, output):
        self.assertEqual(self.cluster.ended(job), "COMPLETED", self.log(output))
        self.assertEqual(self.folder.samples(output), self.direct)
        self.assertFalse(self.folder.has(output + ".journal"))

    def test_stopped_in_time_jobs_requeue_themselves_and_finish(self):
        # The first by SLURM's own signal, which wakes stopped ranks too, up to half a minute late;
        # SAVE_SECONDS=0 keeps the walltime out of it. The second by the walltime that the script
        # takes from SLURM's limit; its signal would come later. Stopped ranks cost no time.
        first = self.submit("a.h5", "--time=1", "--signal=USR1@50", SAVE_SECONDS=0)
        second = self.submit("b.h5", "--time=1", "--signal=USR1@0", SAVE_SECONDS=30)
        ranks = self.pause("a.h5", "b.h5")["b.h5"]
        time.sleep(31)
        for rank in ranks:
            os.kill(rank, signal.SIGCONT)
        self.requeued_and_finished(second, "b.h5")
        self.requeued_and_finished(first, "a.h5")

    def requeued_and_finished(self, job, output):
        self.assertEqual(self.cluster.ended(job), "COMPLETED", self.log(output))
        restarts = int(self.cluster.field(job, "Restarts"))
        self.assertGreaterEqual(restarts, 1, self.log(output))
        self.assertEqual(self.log(output).count("saved: run again with --resume"), restarts,
                         self.log(output))
        self.folder.run("study.yaml", "direct.h5", "--resume")
        self.assertEqual(self.folder.samples(output), self.folder.samples("direct.h5"))
        self.assertFalse(self.folder.has(output + ".journal"))

    def test_a_study_by_the_plain_script(self):
        job = self.cluster.command("sbatch", "--parsable", "--ntasks=2", "--output=d.h5.log", "jobs/job.sh",
                                   "short.yaml").strip()
        self.assertEqual(self.cluster.ended(job), "COMPLETED", self.log("d.h5"))
        self.folder.run("short.yaml", "plain.h5")
        self.assertEqual(self.folder.samples("runs/short/short.h5"), self.folder.samples("plain.h5"))

    def test_an_array_and_its_merge(self):
        said = self.cluster.command("jobs/large/array.sh", "3", "short.yaml", "c.h5", "--",
                                    "--nodes=1", "--ntasks=1", "--ntasks-per-node=1", "--time=5")
        merge = said.split("merge ")[1].split(":")[0]
        self.assertEqual(self.cluster.ended(merge), "COMPLETED", said)
        self.folder.run("short.yaml", "short.h5")
        self.assertEqual(self.folder.samples("c.h5"), self.folder.samples("short.h5"))
        self.assertFalse([n for n in os.listdir(self.folder.path) if "joined" in n or "journal" in n])

    def test_strong_scaling_and_its_report(self):
        """As if every rank were a node: this one has eight processors."""
        self.cluster.environment.update(STUDY="one.yaml", FOLDER="runs/scaling", TASKS_PER_NODE="1", KINLIM_NODE="1")
        self.folder.write("one.yaml", study_text().replace("eta: [0.5, 0.6]", "eta: [0.5]").replace("sites: [17, 12]", "sites: [24]"))
        said = self.cluster.command("jobs/scaling/array.sh", "1", "2", "4", "--", "--nodes=1", "--time=5", "--oversubscribe")
        report = said.split("report ")[1].split(":")[0]
        self.assertEqual(self.cluster.ended(report), "COMPLETED", said)
        text = self.folder.read("runs/scaling/report.md").decode()
        lines = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")][1:]
        self.assertEqual([[int(word) for word in line[:2]] for line in lines], [[1, 1], [2, 2], [4, 4]], text)
        self.assertEqual(["pencils" in line[5] for line in lines], [False, False, False], text)   # of so few sites
        for line in lines:
            float(line[2])   # a lattice of milliseconds: of any sign
        self.assertIn("the same bytes", text)
        self.folder.write("runs/scaling/nodes-2.tsv", "2\t2\t0.5\t1 2\t\n")   # other samples
        again = subprocess.run(["jobs/scaling/report.sh", "runs/scaling"], cwd=self.folder.path, stdout=subprocess.PIPE, text=True)
        self.assertEqual(again.returncode, 1)
        self.assertIn("SAMPLES DIFFER", again.stdout)


if __name__ == "__main__":
    if absent():
        print("skipped:", absent())
        sys.exit(77)
    unittest.main(verbosity=2)
