"""Every `value [low, high]` on a page of docs/results is a row of a table that the page links to,
rounded; each page says how its tables were made.
"""
import csv
import glob
import os
import re
import unittest

FOLDER = os.path.join(os.environ["SOURCE_DIR"], "docs", "results")
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"


def pages():
    return [path for path in sorted(glob.glob(os.path.join(FOLDER, "*.md"))) if not path.endswith("README.md")]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def tables_of(text):
    """Rows of the tables that a page links to."""
    for name in sorted(set(re.findall(r"\]\(([\w-]+\.csv)\)", text))):
        with open(os.path.join(FOLDER, name), newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def rounds_to(value, text):
    """Whether a value is what the text says, within half a unit of its last place."""
    mantissa, _, exponent = text.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(value) - float(text)) <= 0.5000001 * unit


class APublishedPage(unittest.TestCase):
    def test_states_only_what_is_in_its_tables(self):
        statements = 0
        for page in pages():
            text = read(page)
            rows = [row for row in tables_of(text) if row["low"]]
            self.assertTrue(rows, page)
            for words in re.findall(rf"({NUMBER})\s+\[({NUMBER}),\s+({NUMBER})\]", text):
                found = any(all(rounds_to(row[name], word) for name, word in zip(("value", "low", "high"), words))
                            for row in rows)
                self.assertTrue(found, f"{os.path.basename(page)}: {words[0]} [{words[1]}, {words[2]}]")
                statements += 1
        self.assertGreater(statements, 10)

    def test_says_how_it_was_made(self):
        for page in pages():
            text = read(page)
            for word in ("kinlim run jobs/", "kinlim export ", "seed ", "revision "):
                self.assertIn(word, text, page)
            self.assertRegex(text, r"revision\s+[0-9a-f]{7,}", page)


if __name__ == "__main__":
    unittest.main()
