"""The checksum of psi after the last time is stored with every realization: the same for any
layout and history, another for another psi. A psi that is not a number, or has drifted, stops
the run and is named.
"""
import os
import struct
import unittest

import h5py
import xxhash

import faults
from faults import can_preload
from kinlim_cli import Folder, study_text

def checksum(data):
    """Of checkpoints: the low half of XXH64."""
    return xxhash.xxh64_intdigest(bytes(data)) & 0xffffffff


HEAD = "<8sqqqqqiiIII"  # of a checkpoint, without its own checksum
LONG = ["--set", "sites=[24, 20]", "--set", "realizations=2", "--set", "propagator.tolerance=1e-3",
        "--set", "times=[0, 4, 8, 12]"]


def rewrite_psi(path, change):
    """Changes a checkpoint's planes, and all its checksums with them."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    head = list(struct.unpack_from(HEAD, data))
    planes, size, record = head[2:5]
    start = struct.calcsize(HEAD) + 4
    body = start + 4 * planes + record
    psi = bytearray(data[body:])
    change(psi)
    data[body:] = psi
    for i in range(planes):
        struct.pack_into("<I", data, start + 4 * i, checksum(psi[i * size:(i + 1) * size]))
    head[9] = checksum(data[start:start + 4 * planes])
    struct.pack_into(HEAD, data, 0, *head)
    struct.pack_into("<I", data, start - 4, checksum(data[:start - 4]))
    with open(path, "wb") as file:
        file.write(data)


class TheChecksumOfPsi(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())

    def cut_off(self, output):
        """Kills a run that has written a checkpoint of realization 0 at point 0; its path."""
        faults.kill(self.folder, output, "study.yaml", "--checkpoint", "1e-6", *LONG,
                    FILES="checkpoint-0-0-", STEPS="rename", KILL=2)
        return os.path.join(self.folder.path, output + ".journal", "checkpoint-0-0-0")

    def resume(self, output):
        return self.folder.kinlim("run", "study.yaml", "--quiet", *LONG, "-o", output, "--resume")

    def test_is_the_same_for_any_layout_and_differs_between_realizations(self):
        self.folder.run("study.yaml", "one.h5")
        one = self.folder.checksums("one.h5")
        self.assertEqual(len({c for point in one for c in point}), 2 * 4)
        self.assertNotIn(0, one[0] + one[1])
        for ranks, groups in ((2, 1), (2, 2), (3, 1), (3, 2)):
            self.folder.run("study.yaml", f"{ranks}-{groups}.h5", "--groups", groups, ranks=ranks)
            self.assertEqual(self.folder.checksums(f"{ranks}-{groups}.h5"), one, (ranks, groups))

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_is_the_same_after_a_kill_and_shows_one_flipped_bit(self):
        self.folder.run("study.yaml", "whole.h5", *LONG)
        whole = self.folder.checksums("whole.h5")
        self.cut_off("cut.h5")
        self.assertEqual(self.resume("cut.h5").code, 0)
        self.assertEqual(self.folder.checksums("cut.h5"), whole)

        def flip(psi):
            psi[len(psi) // 2 + 2] ^= 16  # of one number's fraction

        rewrite_psi(self.cut_off("flipped.h5"), flip)
        self.assertEqual(self.resume("flipped.h5").code, 0)
        flipped = self.folder.checksums("flipped.h5")
        self.assertNotEqual(flipped[0][0], whole[0][0])
        flipped[0][0] = whole[0][0]
        self.assertEqual(flipped, whole)

    def test_merge_refuses_overlap_with_another_psi(self):
        for name in ("a.h5", "b.h5"):
            self.folder.run("study.yaml", name)
        self.folder.good("merge", "same.h5", "a.h5", "b.h5")
        self.assertEqual(self.folder.checksums("same.h5"), self.folder.checksums("a.h5"))
        with h5py.File(os.path.join(self.folder.path, "b.h5"), "r+") as file:
            file["samples/checksum"][1, 2] = 1
        result = self.folder.kinlim("merge", "other.h5", "a.h5", "b.h5")
        self.assertEqual((result.code, result.err.count("\n")), (2, 1), result)
        self.assertIn("b.h5: realization 2 at eta = 0.6 differs", result.err)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_psi_that_is_no_number_or_has_drifted_stops_the_run_and_is_named(self):
        def no_number(psi):
            struct.pack_into("<f", psi, len(psi) // 2, float("nan"))

        def drifted(psi):
            for at in range(0, len(psi), 4):
                struct.pack_into("<f", psi, at, 1.01 * struct.unpack_from("<f", psi, at)[0])

        for change in (no_number, drifted):
            output = change.__name__ + ".h5"
            path = self.cut_off(output)
            rewrite_psi(path, change)
            result = self.resume(output)
            self.assertEqual((result.code, result.err.count("\n")), (4, 1), result)
            self.assertIn("realization 0 (seed 20261120; --realizations 0:1 runs it alone)", result.err)
            self.assertIn("norm drifted", result.err)
            self.assertFalse(self.folder.has(output))
        alone = self.folder.kinlim("run", "study.yaml", "--quiet", *LONG, "-o", "alone.h5",
                                   "--realizations", "0:1")
        self.assertEqual(alone.code, 0, alone)


if __name__ == "__main__":
    unittest.main()
