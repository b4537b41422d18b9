"""A real file system in user space (bindfs), which keeps unlinked open files: run, resume, merge and
array end with 0 and leave nothing.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from kept import Kept

UNMOUNT = shutil.which("fusermount3") or shutil.which("fusermount")


def mount(source, place):
    return subprocess.run(["bindfs", source, place], stderr=subprocess.DEVNULL).returncode == 0


def can_mount():
    if not shutil.which("bindfs") or not UNMOUNT:
        return False
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as place:
        good = mount(source, place)
        if good:
            subprocess.run([UNMOUNT, "-u", place], check=True)
        return good


class AFileSystemInUserSpace(Kept):
    place = "disk"

    def setUp(self):
        super().setUp()
        source, place = (os.path.join(self.folder.path, name) for name in ("source", "disk"))
        os.mkdir(source)
        os.mkdir(place)
        self.assertTrue(mount(source, place))
        self.addCleanup(subprocess.run, [UNMOUNT, "-u", "-z", place], check=True)


if __name__ == "__main__":
    if not can_mount():
        print("no bindfs, or no right to mount with it")
        sys.exit(77)
    del Kept
    unittest.main(verbosity=2)
