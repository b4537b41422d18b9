"""outcome.py SUMMARY.csv: a short table of a study's outcome for the terminal, from
the table that `kinlim export` writes. Needs the standard library alone."""

import csv
import sys

RESULT_COLUMNS = ["time", "observable", "part", "statistic", "order", "realizations", "value",
                  "low", "high"]


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return rows, [name for name in reader.fieldnames or [] if name not in RESULT_COLUMNS]


def real(cell):
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")


def shown(value, form):
    return format(value, form) if value == value else "-"


def at_last_time(rows, columns):
    """{quantity: {point: {(statistic, order): row}}} at the last time; rates under point None."""
    last = max((real(row["time"]) for row in rows if row["observable"] and row["time"]),
               default=None)
    complex_names = {row["observable"] for row in rows if row["part"] == "im"}
    table = {}
    for row in rows:
        if not row["observable"] or real(row["time"]) != last:
            continue
        name = row["observable"]
        name += "." + row["part"] if name in complex_names else ""
        point = tuple(row[c] for c in columns)
        if any(point) and not all(point):    # of several points, but not of all
            continue
        point = point if all(point) else None
        table.setdefault(name, {}).setdefault(point, {})[row["statistic"], real(row["order"])] = row
    return last, table


def value(rows, statistic, order=1.0):
    row = rows.get((statistic, order))
    return real(row["value"]) if row else float("nan")


def parameter(cell):
    """A number as a person would write it; a word as it is."""
    return f"{real(cell):g}" if real(cell) == real(cell) else cell


def line_of_point(name, point, varying, columns, rows):
    cells = [name] + [parameter(point[columns.index(c)]) for c in varying]
    cells += [shown(value(rows, s), ".6f") for s in ("mean", "reference")]
    cells += [shown(value(rows, "bias"), "+.1e"), shown(value(rows, "standard_error"), ".1e")]
    return cells + [shown(value(rows, "central_moment", 2.0), ".1e")]


def rate(rows, statistic, order):
    row = rows.get(("rate:" + statistic, order))
    if row is None or real(row["value"]) != real(row["value"]):
        return "-"
    return f"{real(row['value']):.2f} [{real(row['low']):.2f}, {real(row['high']):.2f}]"


def derived_lines(rows, columns):
    """Statistics that belong to a point and no time, then their exponents."""
    found = [row for row in rows if row["observable"] and not row["time"]]
    lines = []
    for row in found:
        if any(row[c] for c in columns) and not row["statistic"].startswith("reference:"):
            between = shown(real(row["low"]), ".5g"), shown(real(row["high"]), ".5g")
            lines.append([row["statistic"]] + [parameter(row[c]) for c in columns] +
                         [shown(real(row["value"]), ".5g"), " to ".join(between)])
    for row in found:
        if row["statistic"].startswith("rate:"):
            lines.append([row["statistic"]] + [""] * len(columns) +
                         [shown(real(row["value"]), ".3f"),
                          f"{real(row['low']):.3f} to {real(row['high']):.3f}"])
    return lines


def print_columns(head, lines, left=1):
    widths = [max(len(line[i]) for line in [head] + lines) for i in range(len(head))]
    for line in [head] + lines:
        print("  ".join(cell.ljust(w) if i < left else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(line, widths))).rstrip())


def main():
    rows, columns = read(sys.argv[1])
    last, table = at_last_time(rows, columns)
    points = {p for quantity in table.values() for p in quantity if p}
    varying = columns[:1] if len({p[0] for p in points}) == len(points) else columns
    lines, rates = [], []
    for name, quantity in table.items():
        lines += [line_of_point(name if i == 0 else "", point, varying, columns, cells)
                  for i, (point, cells) in enumerate((p, c) for p, c in quantity.items() if p)]
        if None in quantity:
            rates.append([name, rate(quantity[None], "bias", 1.0),
                          rate(quantity[None], "central_moment", 2.0)])
    if not lines:
        return
    print(f"\nAt time {last:g}:")
    head = ["quantity"] + varying + ["mean", "reference", "bias", "std. error", "std. deviation"]
    print_columns(head, lines)
    derived = derived_lines(rows, columns)
    if derived:
        print("\nFunctions of the means:")
        print_columns(["statistic"] + columns + ["value", "95% interval"], derived)
    if any(cells[1:] != ["-", "-"] for cells in rates):
        print(f"\nFitted exponents in {columns[0]}, with 95% intervals:")
        proven = "" if derived else " (proven: at least 1/600)"    # of the Wigner observables
        print_columns(["quantity", "|bias|", "std. deviation" + proven], rates)


if __name__ == "__main__":
    main()
