"""The groups of a node write one journal; nothing of it is lost (here a node is as many ranks as
KINLIM_NODE says)."""
import os
import unittest
from unittest import mock

import faults
from faults import MANY, InAFolder, can_preload, journal_records

RANKS = 4
RECORDS = 20  # of MANY


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class OneJournalPerNode(InAFolder):
    def killed_at_the_end(self, output, node):
        """Killed when all records are written, before the first of them goes: the journal's files."""
        with mock.patch.dict(os.environ, {"KINLIM_NODE": str(node)} if node else {}):
            died = faults.run(self.folder, output, "study.yaml", *MANY, "--groups", RANKS, ranks=RANKS,
                              FILES=".journal/records-", STEPS="unlink", KILL=1)
        self.assertNotIn(died.code, (0, 75), died)
        return [name for name in os.listdir(os.path.join(self.folder.path, output + ".journal"))
                if name.startswith("records-")]

    def test_holds_the_records_of_all_its_groups(self):
        samples = self.whole(*MANY)
        for node, most in ((None, 1), (3, 2), (2, 2), (1, 4)):
            with self.subTest(node=node):
                output = f"{node}.h5"
                files = self.killed_at_the_end(output, node)
                self.assertLessEqual(len(files), most)
                records = journal_records(self.folder, output)
                self.resumed(output, samples, *MANY, ranks=2)
                self.assertEqual(records, RECORDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
