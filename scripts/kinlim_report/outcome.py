"""outcome.py SUMMARY.csv: a short table of a study's outcome for the terminal, from the table that
`kinlim export` writes. Needs the standard library alone and knows no system."""

import csv
import os
import sys

RESULT_COLUMNS = ["time", "observable", "part", "statistic", "order", "realizations", "value",
                  "low", "high"]
NUMBERS = {"mean", "standard_error", "central_moment", "deviation_moment", "probability",
           "chebyshev_bound", "bias_share"}    # statistics at every station
MOST_LINES = 60     # of one table


def real(cell):
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")


def shown(value, form):
    said = format(value, form) if value == value else "-"
    return format(0.0, form) if value == value and float(said) == 0 else said    # not -0.0


def parameter(cell):
    """A number as a person would write it; a word as it is."""
    return f"{real(cell):g}" if real(cell) == real(cell) else cell


class Summary:
    def __init__(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            self.rows = list(reader)
            self.columns = [name for name in reader.fieldnames or [] if name not in RESULT_COLUMNS]
        self.last = max((real(row["time"]) for row in self.rows
                         if row["statistic"] == "mean" and row["time"]), default=None)
        self.parts = {row["observable"] for row in self.rows if row["part"] == "im"}
        statistics = {row["statistic"]: None for row in self.rows}
        self.limits = [name for name in statistics if name == "reference" or name.endswith("_reference")]
        self.random = "standard_error" in statistics
        self.points = list(dict.fromkeys(self.point(row) for row in self.rows if row["statistic"] == "mean"))
        self.quantities = list(dict.fromkeys(self.quantity(r) for r in self.rows if r["statistic"] == "mean"))

    def quantity(self, row):
        return row["observable"] + ("." + row["part"] if row["observable"] in self.parts else "")

    def point(self, row):
        return tuple(row[column] for column in self.columns)

    def is_last(self, row):
        return (real(row["time"]) == self.last) if self.last is not None else not row["time"]

    def at_last(self, statistic, order=1.0):
        """{(quantity, point): row} at the last station."""
        return {(self.quantity(r), self.point(r)): r for r in self.rows
                if r["statistic"] == statistic and real(r["order"]) == order and self.is_last(r)}

    def varying(self):
        """The columns that tell the points apart."""
        used = []
        for c in range(len(self.columns)):
            if len({tuple(p[i] for i in used) for p in self.points}) < len(self.points):
                more = len({tuple(p[i] for i in used + [c]) for p in self.points})
                if more > len({tuple(p[i] for i in used) for p in self.points}):
                    used.append(c)
        return used

    def derived(self):
        """Rows of functions of the means."""
        known = NUMBERS | {name for limit in self.limits for name in (limit, limit[:-len("reference")] + "bias")}
        return [row for row in self.rows if row["observable"] and all(self.point(row)) and ":" not in row["statistic"]
                and row["statistic"] not in known and not row["statistic"].endswith(
                    ("_effect", "central_moment_limit", "moment_ratio"))
                and real(row["realizations"]) > 0 and (not row["time"] or self.is_last(row))]


def print_columns(head, lines, left=1):
    more = len(lines) - MOST_LINES
    lines = lines[:MOST_LINES]
    widths = [max(len(line[i]) for line in [head] + lines) for i in range(len(head))]
    for line in [head] + lines:
        print("  ".join(cell.ljust(w) if i < left else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(line, widths))).rstrip())
    if more > 0:
        print(f"... and {more} lines more")


def print_outcome(summary):
    used = summary.varying()
    wanted = [("mean" if summary.random else "value", "mean", 1.0, ".6f")]
    for limit in summary.limits:
        wanted += [(limit, limit, 1.0, ".6f"), (limit[:-len("reference")] + "bias",) * 2 + (1.0, "+.1e")]
    if summary.random:
        wanted += [("std. error", "standard_error", 1.0, ".1e"), ("std. deviation", "central_moment", 2.0, ".1e")]
    found = [summary.at_last(statistic, order) for _, statistic, order, _ in wanted]
    keep = [i for i, rows in enumerate(found) if rows]
    lines, last = [], None
    for quantity in summary.quantities:
        for point in summary.points:
            if (quantity, point) in found[0]:
                cells = [shown(real(found[i].get((quantity, point), {}).get("value")), wanted[i][3]) for i in keep]
                name = quantity if not lines or quantity != last else ""
                last = quantity
                lines.append([name] + [parameter(point[c]) for c in used] + cells)
    if lines:
        print("" if summary.last is None else f"\nAt the last station, {summary.last:g}:")
        print_columns(["quantity"] + [summary.columns[c] for c in used] + [wanted[i][0] for i in keep], lines)
    return bool(lines)


def print_derived(summary):
    rows = summary.derived()
    lines = [[row["statistic"]] + [parameter(row[c]) for c in summary.columns] + [
        shown(real(row["value"]), ".5g"), " to ".join(shown(real(row[k]), ".5g") for k in ("low", "high"))]
        for row in rows]
    names = {"rate:" + row["statistic"] for row in rows}
    for row in summary.rows:
        if row["statistic"] in names and (not row["time"] or summary.is_last(row)):
            lines.append([row["statistic"]] + [parameter(row[c]) for c in summary.columns] + [
                shown(real(row["value"]), ".3f"), f"{real(row['low']):.3f} to {real(row['high']):.3f}"])
    if lines:
        print("\nFunctions of the means:" if summary.random else "\nFunctions of the values:")
        print_columns(["statistic"] + summary.columns + ["value", "interval"], lines)


def exponent(row):
    if row is None or real(row["value"]) != real(row["value"]):
        return "-"
    return f"{real(row['value']):.2f} [{real(row['low']):.2f}, {real(row['high']):.2f}]"


def print_rates(summary):
    wanted = [(limit[:-len("reference")] + "bias", 1.0) for limit in summary.limits] + [("central_moment", 2.0)]
    found = [summary.at_last("rate:" + name, order) for name, order in wanted]
    keep = [i for i, rows in enumerate(found) if rows]
    series = list(dict.fromkeys(key for rows in found for key in rows))
    if not keep:
        return
    used = [c for c in range(len(summary.columns)) if any(point[c] for _, point in series)]
    small = next((name for c, name in enumerate(summary.columns) if c not in used), "the small parameter")
    names = ["std. deviation" if wanted[i][0] == "central_moment" else wanted[i][0] for i in keep]
    lines = [[quantity] + [parameter(point[c]) or "(last)" for c in used] +
             [exponent(found[i].get((quantity, point))) for i in keep] for quantity, point in series]
    print(f"\nFitted exponents in {small}, with their intervals:")
    print_columns(["quantity"] + [summary.columns[c] for c in used] + names, lines)


def main():
    summary = Summary(sys.argv[1])
    try:
        if print_outcome(summary):
            print_derived(summary)
            print_rates(summary)
        sys.stdout.flush()
    except BrokenPipeError:    # of `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
