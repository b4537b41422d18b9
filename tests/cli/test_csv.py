"""`kinlim export`: the columns, and every statistic made again from `--samples` by other means:
plain Python sums, Student's distribution by integrating its density.
"""
import math
import statistics
import unittest

from estimators import central_moment, deviation_moment, interval
from kinlim_cli import Folder, one, rows, select, study_text

POINT = ["eta", "sites", "box"]
ORDERS = [1, 2, 2.5, 4]
DELTAS = [0.001, 0.02, 0.3]
# One observable of one propagated sample is known to |b| (2 + tau) tau, |b| = 1 for a single mode
# and the study's tolerance tau (docs/statistics.md).
KNOWN = (2 + 1e-4) * 1e-4


def student_quantile(freedom):
    """t with P(|T| < t) = 0.95: Simpson's rule for the density, bisection."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def inside(t, n=400):
        weights = [1] + [4, 2] * (n // 2 - 1) + [4, 1]
        return 2 * scale * t / n / 3 * math.fsum(
            w * (1 + (i * t / n)**2 / freedom)**(-(freedom + 1) / 2) for i, w in enumerate(weights))
    low, high = 1.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) < 0.95 else (low, middle)
    return low


class TheTables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.place.cleanup)
        cls.folder.write("study.yaml", study_text(2).replace("boltzmann: {reference: none}\n", ""))
        cls.folder.run("study.yaml", "a.h5", "--set", f"moments={ORDERS}", "--set", f"deltas={DELTAS}", "--set", "realizations=64",
                       "--set", "times=[0, 0.25, 1]", "--set", "eta=[0.6, 0.5, 0.4]", "--set",
                       "sites=[12, 17, 25]")
        cls.text = cls.folder.samples("a.h5")
        cls.summary_text = cls.folder.good("export", "a.h5").out
        cls.quantile = student_quantile(63)
        cls.samples, cls.summary = rows(cls.text), rows(cls.summary_text)
        cls.series = {}
        for row in cls.samples:
            key = tuple(row[k] for k in POINT + ["time", "observable", "part"])
            cls.series.setdefault(key, []).append(float(row["value"]))

    def rows_of(self, key, statistic, **more):
        return select(self.summary, statistic=statistic,
                      **dict(zip(POINT + ["time", "observable", "part"], key)), **more)

    def test_have_the_promised_headers(self):
        self.assertEqual(self.text.split("\n", 1)[0], "eta,sites,box,realization,time,observable,part,value")
        self.assertEqual(self.summary_text.split("\n", 1)[0], "eta,sites,box,time,observable,part,"
                         "statistic,order,realizations,value,low,high")
        for text in (self.text, self.summary_text):
            commas = text.split("\n", 1)[0].count(",")
            self.assertTrue(all(line.count(",") == commas for line in text.splitlines()))
            self.assertTrue(text.endswith("\n") and "\r" not in text and '"' not in text)

    def test_list_samples_in_order_of_point_realization_time_observable_part(self):
        expected = [(eta, str(k), t, name, part) for eta in (0.6, 0.5, 0.4) for k in range(64)
                    for t in (0.0, 0.25, 1.0)
                    for name, part in (("place", "re"), ("cross", "re"), ("cross", "im"),
                                       ("whole", "re"), ("whole", "im"))]
        found = [(float(r["eta"]), r["realization"], float(r["time"]), r["observable"], r["part"])
                 for r in self.samples]
        self.assertEqual(found, expected)
        for row in self.samples:
            self.assertAlmostEqual(float(row["box"]), float(row["eta"])**2 * int(row["sites"]), delta=1e-14)

    def test_give_17_digits_that_read_back_as_the_same_numbers(self):
        long = 0
        for cell in [r["value"] for r in self.samples] + \
                [r[k] for r in self.summary for k in ("value", "low", "high") if r[k]]:
            self.assertEqual(f"{float(cell):.17g}", cell)
            long += len(cell.lstrip("-0.").split("e")[0].replace(".", "")) >= 16
        self.assertGreater(long, len(self.samples) / 2)

    def test_give_mean_and_standard_error(self):
        self.assertEqual(len(self.series), 3 * 3 * 5)
        for key, y in self.series.items():
            mean, = self.rows_of(key, "mean")
            error, = self.rows_of(key, "standard_error")
            self.assertEqual((mean["order"], mean["realizations"], len(y)), ("1", "64", 64))
            true = statistics.stdev(y) / math.sqrt(64)
            self.assertAlmostEqual(float(mean["value"]), statistics.fmean(y), delta=1e-15)
            self.assertAlmostEqual(float(error["value"]), true, delta=1e-13 * true + 1e-17)
            self.assertEqual(error["low"], error["value"])
            for side, sign in (("low", -1), ("high", 1)):
                self.assertAlmostEqual(float(mean[side]), statistics.fmean(y) + sign * self.quantile * true,
                                       delta=1e-12)

    def check_limits(self, row, limits):
        """The value is always inside."""
        value = float(row["value"])
        for side, limit, inside in zip(("low", "high"), limits, (min, max)):
            self.assertAlmostEqual(float(row[side]), inside(value, limit), delta=1e-9 * value + 1e-12)

    def test_give_central_moments(self):
        for key, y in self.series.items():
            for r in ORDERS:
                row, = self.rows_of(key, "central_moment", order=float(r))
                true = central_moment(y, r)
                self.assertAlmostEqual(float(row["value"]), true, delta=1e-9 * true + 1e-15)
                self.check_limits(row, interval(y, r) if true > 1e-12 else (0, 0))

    def test_give_moments_about_the_reference_and_the_bias(self):
        checked = 0
        for key, y in self.series.items():
            reference, = self.rows_of(key, "reference")
            bias, = self.rows_of(key, "bias")
            limit = float(reference["value"])
            self.assertTrue(limit - 1e-8 <= float(reference["low"]) <= float(reference["high"]) <= limit + 1e-8)
            self.assertAlmostEqual(float(bias["value"]), statistics.fmean(y) - limit, delta=1e-15)
            half = self.quantile * statistics.stdev(y) / math.sqrt(64)
            slack = float(reference["high"]) - limit
            self.assertAlmostEqual(float(bias["high"]) - float(bias["value"]), half + slack, delta=1e-12)
            for r in ORDERS:
                row, = self.rows_of(key, "deviation_moment", order=float(r))
                true = deviation_moment(y, r, limit)
                self.assertAlmostEqual(float(row["value"]), true, delta=1e-9 * true)
                low, high = interval(y, r, limit) if max(y) > min(y) else (true, true)
                self.check_limits(row, (max(low - slack - KNOWN, 0), high + slack + KNOWN))
                checked += 1
        self.assertEqual(checked, 3 * 3 * 5 * 4)

    def test_give_probabilities_beside_chebyshevs_bound(self):
        z = 1.959963984540054
        for key, y in self.series.items():
            limit = float(self.rows_of(key, "reference")[0]["value"])
            for delta in DELTAS:
                row, = self.rows_of(key, "probability", order=delta)
                p = sum(abs(v - limit) > delta for v in y) / 64
                self.assertEqual(float(row["value"]), p)
                for side in ("low", "high"):     # the ends solve |p - x| = z sqrt(x (1 - x) / n)
                    x = float(row[side])
                    self.assertAlmostEqual(abs(p - x), z * math.sqrt(x * (1 - x) / 64), delta=1e-12)
                moments = [(float(self.rows_of(key, "deviation_moment", order=float(r))[0]["value"]) / delta)**r
                           for r in ORDERS]
                bound, = self.rows_of(key, "chebyshev_bound", order=delta)
                self.assertAlmostEqual(float(bound["value"]), min(moments + [1]), delta=1e-12)

    def numerical_error(self, row, table, with_limit):
        """Of the samples at the row's time and point, and of the limit."""
        limit = select(table, statistic="reference", time=float(row["time"]), eta=float(row["eta"]),
                       sites=row["sites"], observable=row["observable"], part=row["part"])
        slack = float(limit[0]["high"]) - float(limit[0]["value"]) if limit and with_limit else 0
        return slack + KNOWN

    def known_ends(self, bias):
        """How far from 0 a bias may be: no better known than its numerical error."""
        known, value = self.numerical_error(bias, self.summary, True), float(bias["value"])
        return [abs(min(float(bias["low"]), value - known)), abs(max(float(bias["high"]), value + known))]

    def test_give_every_bias_an_exponent_or_a_bound(self):
        numbers = {key[3:] for key in self.series}
        rates = select(self.summary, statistic="rate:bias") + select(self.summary, statistic="rate_bound:bias")
        self.assertEqual(sorted((r["time"], r["observable"], r["part"]) for r in rates), sorted(numbers))
        for row in select(self.summary, statistic="rate_bound:bias"):
            ends = [self.known_ends(r) for r in select(self.summary, statistic="bias", time=float(row["time"]),
                                                       observable=row["observable"], part=row["part"])]
            self.assertAlmostEqual(float(row["value"]), max(map(max, ends)), delta=1e-15)
        fitted = 0
        for row in rates:    # three points: chi2 with one degree of freedom, its 99.9% quantile
            here = dict(time=float(row["time"]), observable=row["observable"], part=row["part"])
            biases = select(self.summary, statistic="bias", **here)
            above = sum(abs(float(r["value"])) > self.numerical_error(r, self.summary, True) for r in biases)
            quality = select(self.summary, statistic="rate_chi2:bias", **here)
            self.assertEqual(len(quality), above >= 2)    # fewer: numerical error has no exponent
            fitted += len(quality)
            if row["statistic"] == "rate:bias":
                quality, = quality
                self.assertLess(float(quality["value"]), 10.828)
        self.assertGreater(fitted, 0)
        for row in select(self.summary, statistic="rate:central_moment"):
            here = dict(time=float(row["time"]), observable=row["observable"], part=row["part"],
                        order=float(row["order"]))
            fitted = [r for r in select(self.summary, statistic="central_moment", **here)
                      if self.has_weight(r, self.summary)]
            self.assertEqual(len(select(self.summary, statistic="rate_chi2:central_moment", **here)),
                             len(fitted) > 2)

    def test_enclose_every_value_in_its_interval(self):
        for row in self.summary:
            if row["statistic"] == "chebyshev_bound" and not row["low"]:
                continue
            low, value, high = (float(row[k]) for k in ("low", "value", "high"))
            self.assertTrue(low <= value <= high, row)
            if row["statistic"] in ("mean", "central_moment", "deviation_moment") and float(row["time"]):
                self.assertTrue(low < high, row)

    def test_leave_the_point_empty_for_rates_and_give_each_its_time_observable_part_and_order(self):
        rates = [row for row in self.summary if row["statistic"].startswith("rate:")]
        of_start = [row for row in rates if row["statistic"].startswith("rate:concentration")]    # of psi_0
        self.assertEqual([[row[k] for k in POINT + ["time", "observable"]] for row in of_start], [[""] * 5] * 2)
        rates = [row for row in rates if row not in of_start]
        self.assertEqual({row["statistic"] for row in rates},
                         {"rate:bias", "rate:central_moment", "rate:deviation_moment", "rate:moment_ratio_excess"})
        for row in rates:
            self.assertEqual([row[k] for k in POINT], ["", "", ""])
            self.assertEqual(row["realizations"], "64")
            self.assertTrue(row["time"] and row["observable"] and row["part"] and row["order"])
            if row["statistic"] not in ("rate:bias", "rate:moment_ratio_excess"):
                name = row["statistic"].split(":")[1]
                points = select(self.summary, statistic=name, time=float(row["time"]),
                                observable=row["observable"], part=row["part"], order=float(row["order"]))
                self.check_rate(row, points, self.summary)
        keys = [tuple(row[k] for k in ("time", "observable", "part", "statistic", "order")) for row in rates]
        self.assertEqual(len(set(keys)), len(keys))
        # at T = 0 the central moments vanish: no power of eta
        self.assertFalse(select(rates, statistic="rate:central_moment", time=0.0))

    def has_weight(self, row, table):
        known = self.numerical_error(row, table, row["statistic"] == "deviation_moment")
        return float(row["low"]) > 0 and float(row["value"]) > known

    def check_rate(self, rate, points, table):
        """Weighted least squares of log value on log eta, over the values above numerical error."""
        data = []
        for row in points:
            if self.has_weight(row, table):
                sigma = math.log(float(row["high"]) / float(row["low"])) / (2 * 1.959963984540054)
                sigma = max(sigma, 1e-10)   # exact at T = 0 (docs/statistics.md)
                data.append((math.log(float(row["eta"])), math.log(float(row["value"])), sigma**-2))
        w = math.fsum(d[2] for d in data)
        x0, y0 = (math.fsum(d[i] * d[2] for d in data) / w for i in (0, 1))
        slope = (math.fsum(d[2] * (d[0] - x0) * (d[1] - y0) for d in data) /
                 math.fsum(d[2] * (d[0] - x0)**2 for d in data))
        self.assertAlmostEqual(float(rate["value"]), slope, delta=1e-9 * max(1, abs(slope)))

    def test_have_checks_per_point_without_a_time(self):
        for name in ("norm_drift", "energy_drift"):
            found = select(self.summary, statistic=name)
            self.assertEqual([float(row["eta"]) for row in found], [0.6, 0.5, 0.4])
            for row in found:
                self.assertEqual((row["time"], row["observable"], row["part"]), ("", "", ""))
                self.assertTrue(0 < float(row["value"]) < 1e-3)

    def test_fit_rates_box_by_box_where_there_are_several(self):
        """The last box has its rates with an empty box, the others with the side asked for."""
        text = study_text(2).replace("sites: [17, 12]", "box: [4.6, 6]").replace("[0.5, 0.6]", "[0.4, 0.5, 0.6]")
        self.folder.write("boxes.yaml", text)
        self.folder.run("boxes.yaml", "boxes.h5", "--set", "times=[0.5]", "--set", "realizations=64")
        table = self.folder.summary("boxes.h5")
        sites = [row["sites"] for row in select(table, statistic="norm_drift")]
        self.assertEqual(sites, ["29", "37", "18", "24", "13", "17"])   # every box at every eta
        rates = select(table, statistic="rate:central_moment")
        self.assertEqual({row["box"] for row in rates}, {"", "4.6"})
        for row in rates:
            self.assertEqual(row["eta"] + row["sites"], "")
            of_box = ("29", "18", "13") if row["box"] else ("37", "24", "17")
            self.check_rate(row, [r for r in select(table, statistic="central_moment",
                                                    order=float(row["order"]), part=row["part"],
                                                    observable=row["observable"])
                                  if r["sites"] in of_box], table)

    def test_of_one_realization_have_no_intervals(self):
        self.folder.run("study.yaml", "one.h5", "--set", "realizations=1", "--set", "reference=none")
        table = self.folder.summary("one.h5")
        for row in select(table, statistic="mean"):
            self.assertEqual((row["realizations"], row["low"], row["high"]), ("1", "", ""))
            self.assertNotEqual(row["value"], "")
        for row in select(table, statistic="standard_error"):
            self.assertEqual((row["value"], row["low"], row["high"]), ("", "", ""))

    def test_of_few_realizations_have_moments_without_intervals(self):
        self.folder.run("study.yaml", "few.h5", "--set", "realizations=48", "--set", "reference=none",
                        "--set", "moments=[1, 2, 2.5]", "--set", "times=[0.5]")
        warning = self.folder.kinlim("run", "study.yaml", "--dry-run", "-o", "dry.h5", "--set",
                                     "realizations=48", "--set", "moments=[1, 2, 2.5]").whole_err
        note = "too few realizations for an interval: moments of order 2.5 (needs 64)"
        self.assertEqual(warning, f"kinlim: warning: {note}\n")
        self.assertIn(f"\nmoments_note: {note}\n", self.folder.good("info", "few.h5").out)
        for row in select(self.folder.summary("few.h5"), statistic="central_moment"):
            self.assertNotEqual(row["value"], "")
            self.assertEqual((row["low"], row["high"]) == ("", ""), row["order"] == "2.5")

    def test_count_the_realizations_that_are_done(self):
        self.folder.run("study.yaml", "part.h5", "--realizations", "0:2")
        table = self.folder.summary("part.h5")
        self.assertEqual({row["realizations"] for row in table if row["statistic"] == "mean"}, {"2"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
