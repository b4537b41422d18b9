"""What the tests of places share that keep unlinked open files (FUSE, NFS): everything that ends
with 0 elsewhere does so there.
"""
import os

from faults import InAFolder


class Kept(InAFolder):
    """`place`: the folder, under that of the test, where kinlim works; LEFT: names that may stay."""
    place = "."
    LEFT = ()

    def at(self, name):
        return os.path.join(self.place, name)

    def ends(self, *args, ranks=None):
        result = self.folder.kinlim(*args, ranks=ranks)
        self.assertEqual(result.code, 0, result)
        self.assertEqual([line for line in result.err.splitlines() if not line.startswith("kinlim: warning: ")],
                         [], result)
        return result

    def run_there(self, output, *options, ranks=None):
        return self.ends("run", "study.yaml", "--quiet", "-o", self.at(output), *options, ranks=ranks)

    def leftovers(self):
        return sorted(name for name in os.listdir(os.path.join(self.folder.path, self.place))
                      if name.endswith((".journal", ".part")) or name.startswith("."))

    def test_run_resume_merge_and_array_end_with_0(self):
        more = ["--set", "realizations=6"]
        samples = self.whole(*more)
        for ranks in (None, 2):
            with self.subTest(ranks=ranks):
                self.run_there(f"a-{ranks}.h5", "--checkpoint", "1e-6", ranks=ranks)
                self.run_there(f"a-{ranks}.h5", "--resume", *more, ranks=ranks)
                self.assertEqual(self.folder.samples(self.at(f"a-{ranks}.h5")), samples)
        for first in (0, 2, 4):  # an array
            self.run_there(f"part-{first}.h5", "--realizations", f"{first}:{first + 2}", *more)
        parts = [self.at(f"part-{first}.h5") for first in (0, 2, 4)]
        self.ends("merge", self.at("merged.h5"), *parts)
        self.assertEqual(self.folder.samples(self.at("merged.h5")), samples)
        self.ends("info", self.at("merged.h5"))
        self.assertEqual([name for name in self.leftovers() if not name.endswith(self.LEFT)], [])
