/* Tables (aligned text or Markdown) and CSV of the benchmark. */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [BENCH_STREAM] = "STREAM triad",
    [BENCH_STREAM_LARGE] = "STREAM triad, large pages",
    [BENCH_KERNEL] = "kernel, blocked in time",
    [BENCH_UNBLOCKED] = "kernel, not blocked",
    [BENCH_ONE_LATTICE] = "kernel, one lattice on all ranks",
    [BENCH_REALIZATIONS] = "kernel, one realization per rank",
    [BENCH_ORDERS] = "block of orders, each",
    [BENCH_SPLITTING] = "FFT splitting, fourth order",
    [BENCH_SHELL] = "SLEPc MFN, stencil shell",
    [BENCH_AIJ] = "SLEPc MFN, AIJ",
    [BENCH_SHELL_USUAL] = "SLEPc MFN, shell, dimension 10",
    [BENCH_AIJ_USUAL] = "SLEPc MFN, AIJ, dimension 10",
    [BENCH_DISORDER] = "random potential",
    [BENCH_START] = "initial state",
    [BENCH_OBSERVABLES] = "six observables",
};

static const char *const precision_names[] = {[KL_SINGLE] = "single", [KL_DOUBLE] = "double"};

/* What the kernel must reach, and what it aims at: times at most, speed-ups at
 * least. sites 0: any; precision -1: both. */
typedef struct target {
    const char *quantity;
    int64_t sites;
    int precision;
    double must, aim;
} target;

static const target targets[] = {
    {"kernel / roofline", 64, KL_DOUBLE, 0.70, 0.55},
    {"kernel / roofline", 128, KL_DOUBLE, 0.75, 0.55},
    {"kernel / roofline", 256, KL_DOUBLE, 0.58, 0.40},
    {"kernel / roofline", 64, KL_SINGLE, 0.65, 0.50},
    {"kernel / roofline", 128, KL_SINGLE, 0.65, 0.50},
    {"kernel / roofline", 256, KL_SINGLE, 0.52, 0.38},
    {"order / kernel, per term", 128, -1, 1.3, 1.0},
    {"SLEPc shell / kernel", 128, KL_DOUBLE, 18, 25},
    {"SLEPc AIJ / kernel", 128, KL_DOUBLE, 28, 40},
    {"SLEPc shell 10 / kernel", 128, KL_DOUBLE, 18, 25},
    {"SLEPc AIJ 10 / kernel", 128, KL_DOUBLE, 28, 40},
    {"speed-up, one lattice", 128, -1, 1.8, 1.95},
    {"speed-up, one lattice", 256, -1, 1.8, 1.95},
    {"speed-up, realizations", 0, -1, 1.9, 2.0},
    {"potential / kernel to T=1", 128, -1, 0.05, 0.05},
    {"potential / kernel to T=1", 256, -1, 0.05, 0.05},
    {"observables / kernel to T=1", 128, -1, 0.05, 0.05},
    {"observables / kernel to T=1", 256, -1, 0.05, 0.05},
};

/* ---- tables ------------------------------------------------------------- */

enum { MOST_COLUMNS = 9, CELL = 48 };
typedef char cells[MOST_COLUMNS][CELL];

static const int measured_width[] = {5, -6, -33, 9, 9, 9, 8, 6, 8, 0};
static const int ratio_width[] = {5, -6, -27, 9, 9, 9, 6, 6, -12, 0};

static void print_line(const bench_report *report, const int *width, cells text)
{
    for (int i = 0; width[i]; i++)
        printf("%s%*s", report->markdown ? i ? " | " : "| " : i ? "  " : "", width[i], text[i]);
    printf("%s\n", report->markdown ? " |" : "");
}

static void print_head(const bench_report *report, const int *width, cells text)
{
    printf("\n");
    print_line(report, width, text);
    for (int i = 0; width[i] && report->markdown; i++)
        printf("%s", width[i] < 0 ? "|---" : "|---:");
    if (report->markdown)
        printf("|\n");
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void summarise(const double *values, int n, double *median, double *low, double *high)
{
    double sorted[BENCH_MOST_ROUNDS];
    memcpy(sorted, values, (size_t)n * sizeof *values);
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    *median = 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    *low = sorted[0];
    *high = sorted[n - 1];
}

static bool is_stream(int kind)
{
    return kind == BENCH_STREAM || kind == BENCH_STREAM_LARGE;
}

/* ---- what was measured -------------------------------------------------- */

/* Its unit, and the number of them that a second per solution is (STREAM: per pass,
 * in passes per second). With one realization per rank, each has its own sites. */
static const char *unit_of(const bench_contender *c, double sites, double t, double *scale)
{
    if (is_stream(c->kind)) {
        *scale = 48e-9 * sites;
        return "GB/s";
    }
    *scale = 1e9 / (c->kind == BENCH_REALIZATIONS ? sites * c->ranks : sites);
    if (c->kind >= BENCH_DISORDER)
        return "ns per site";
    *scale /= t;
    return "ns per site and unit time";
}

static void write_measurement(bench_report *report, int64_t sites, double t,
                              const bench_contender *c)
{
    double scale, value[BENCH_MOST_ROUNDS], median, low, high;
    const char *unit = unit_of(c, pow((double)sites, 3), t, &scale);
    const bool evolves = c->terms > 0;
    for (int r = 0; r < report->rounds; r++)
        value[r] = is_stream(c->kind) ? scale / c->time[r].seconds : scale * c->time[r].seconds;
    summarise(value, report->rounds, &median, &low, &high);
    cells text = {"", "", "", "", "", "", "", "", ""};
    snprintf(text[0], CELL, "%lld", (long long)sites);
    snprintf(text[1], CELL, "%s", precision_names[c->precision]);
    snprintf(text[2], CELL, "%s%s%s", kind_names[c->kind], evolves ? "" : ", ",
             evolves ? "" : unit);
    snprintf(text[3], CELL, "%.2f", median);
    snprintf(text[4], CELL, "%.2f", low);
    snprintf(text[5], CELL, "%.2f", high);
    fprintf(report->csv, "\"%s\",%lld,%s,%d,%s,%.6g,%.6g,%.6g,", kind_names[c->kind],
            (long long)sites, precision_names[c->precision], c->ranks, unit, median, low, high);
    if (evolves) {
        snprintf(text[6], CELL, "%.3f", median * t / c->terms);
        snprintf(text[7], CELL, "%d", c->terms);
        snprintf(text[8], CELL, "%.1e", c->error);
        fprintf(report->csv, "%d,%.3e,,\n", c->terms, c->error);
    } else {
        fprintf(report->csv, ",,,\n");
    }
    print_line(report, measured_width, text);
}

static void write_notes(bench_report *report, int64_t sites, const bench_contender *c, int n)
{
    for (int i = 0; i < n; i++)
        if (c[i].note[0] && report->nnotes < BENCH_MOST_NOTES)
            snprintf(report->note[report->nnotes++], sizeof *report->note, "%s, L = %lld: %s",
                     kind_names[c[i].kind], (long long)sites, c[i].note);
}

void bench_report_start(bench_report *report)
{
    cells head = {"L", "", "", "ns/(site t)", "low", "high", "ns/term", "terms", "error"};
    fprintf(report->csv,
            "quantity,sites,precision,ranks,unit,median,low,high,terms,error,must,aim\n");
    print_head(report, measured_width, head);
}

/* ---- ratios ------------------------------------------------------------- */

static const bench_contender *find(const bench_contender *c, int n, bench_kind kind,
                                   kl_precision precision)
{
    for (int i = 0; i < n; i++)
        if (c[i].kind == kind && c[i].precision == precision)
            return &c[i];
    return NULL;
}

static void add_row(bench_report *report, const char *quantity, int64_t sites,
                    kl_precision precision, int ranks, bool at_least, const double *value)
{
    if (report->nrows == BENCH_MOST_ROWS)
        return;
    bench_row *row = &report->row[report->nrows++];
    *row = (bench_row){quantity, sites, precision, ranks, 0, 0, 0, 0, 0, at_least};
    summarise(value, report->rounds, &row->median, &row->low, &row->high);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const target *t = &targets[i];
        if (strcmp(t->quantity, quantity) == 0 && (t->sites == 0 || t->sites == sites) &&
            (t->precision < 0 || t->precision == (int)precision)) {
            row->must = t->must;
            row->aim = t->aim;
        }
    }
    fprintf(report->csv, "\"%s\",%lld,%s,%d,ratio,%.6g,%.6g,%.6g,,,", quantity, (long long)sites,
            precision_names[precision], ranks, row->median, row->low, row->high);
    if (row->must > 0)
        fprintf(report->csv, "%g,%g\n", row->must, row->aim);
    else
        fprintf(report->csv, ",\n");
}

/* Terms for T = 1, t = 25, over terms for t = 10. */
static const double long_run = 2.15;

/* One of the ratios of contender c (or of the kernel alone) in round r. */
static double ratio(const bench_contender *kernel, const bench_contender *c, int r)
{
    const bench_time own = kernel->time[r], other = c->time[r];
    const double bytes = kernel->precision == KL_SINGLE ? 40 : 72; /* per site and term */
    switch (c->kind) {
    case BENCH_STREAM:
    case BENCH_STREAM_LARGE: /* one pass counts 48 bytes per site; triad * 4/3 is the limit */
        return own.seconds / kernel->terms / (bytes / (48 * 4.0 / 3) * other.seconds);
    case BENCH_KERNEL:
        return own.bound / own.seconds;
    case BENCH_ONE_LATTICE:
        return own.seconds / other.seconds;
    case BENCH_REALIZATIONS:
        return c->ranks * own.seconds / other.seconds;
    case BENCH_ORDERS:
        return other.seconds / c->terms / (own.seconds / kernel->terms);
    case BENCH_UNBLOCKED:
        return other.seconds / own.seconds;
    case BENCH_SPLITTING:
    case BENCH_SHELL:
    case BENCH_AIJ:
    case BENCH_SHELL_USUAL:
    case BENCH_AIJ_USUAL: /* these need no bound of the spectrum */
        return other.seconds / (own.seconds + own.bound);
    case BENCH_DISORDER:
    case BENCH_START:
    case BENCH_OBSERVABLES:
        return other.seconds / (own.seconds * long_run);
    case BENCH_KINDS:
        break;
    }
    return 0;
}

static const char *const ratio_names[] = {
    [BENCH_STREAM] = "kernel / roofline",
    [BENCH_STREAM_LARGE] = "kernel / roofline, large",
    [BENCH_KERNEL] = "spectral bound / kernel",
    [BENCH_UNBLOCKED] = "not blocked / kernel",
    [BENCH_ONE_LATTICE] = "speed-up, one lattice",
    [BENCH_REALIZATIONS] = "speed-up, realizations",
    [BENCH_ORDERS] = "order / kernel, per term",
    [BENCH_SPLITTING] = "FFT splitting / kernel",
    [BENCH_SHELL] = "SLEPc shell / kernel",
    [BENCH_AIJ] = "SLEPc AIJ / kernel",
    [BENCH_SHELL_USUAL] = "SLEPc shell 10 / kernel",
    [BENCH_AIJ_USUAL] = "SLEPc AIJ 10 / kernel",
    [BENCH_DISORDER] = "potential / kernel to T=1",
    [BENCH_START] = "start / kernel to T=1",
    [BENCH_OBSERVABLES] = "observables / kernel to T=1",
};

static bool is_bounded_below(bench_kind kind)
{
    return !is_stream(kind) && kind != BENCH_KERNEL && kind != BENCH_ORDERS &&
           kind < BENCH_DISORDER;
}

void bench_report_lattice(bench_report *report, int64_t sites, double t,
                          const bench_contender *contenders, int n)
{
    for (int i = 0; i < n; i++)
        write_measurement(report, sites, t, &contenders[i]);
    write_notes(report, sites, contenders, n);
    for (int precision = KL_DOUBLE; precision >= KL_SINGLE; precision--) {
        const bench_contender *kernel = find(contenders, n, BENCH_KERNEL, precision);
        for (int kind = BENCH_STREAM; kernel && kind < BENCH_KINDS; kind++) {
            const bench_contender *c =
                find(contenders, n, kind, is_stream(kind) ? KL_DOUBLE : precision);
            double value[BENCH_MOST_ROUNDS];
            for (int r = 0; c && r < report->rounds; r++)
                value[r] = ratio(kernel, c, r);
            if (c)
                add_row(report, ratio_names[kind], sites, precision, c->ranks,
                        is_bounded_below(kind), value);
        }
    }
    fflush(stdout);
    fflush(report->csv);
}

/* 10% are allowed for noise. */
static const char *verdict(const bench_row *row)
{
    const double sign = row->at_least ? -1 : 1, noise = row->at_least ? 0.9 : 1.1;
    if (row->must <= 0)
        return "";
    if (sign * row->median <= sign * row->aim)
        return "aim";
    if (sign * row->median <= sign * row->must)
        return "reached";
    return sign * row->median <= sign * row->must * noise ? "within noise" : "missed";
}

void bench_report_ratios(const bench_report *report)
{
    cells head = {"L", "", "ratio", "median", "low", "high", "must", "aim", "verdict"};
    print_head(report, ratio_width, head);
    for (int i = 0; i < report->nrows; i++) {
        const bench_row *row = &report->row[i];
        cells text = {"", "", "", "", "", "", "", "", ""};
        snprintf(text[0], CELL, "%lld", (long long)row->sites);
        snprintf(text[1], CELL, "%s", precision_names[row->precision]);
        snprintf(text[2], CELL, "%s", row->quantity);
        snprintf(text[3], CELL, "%.3g", row->median);
        snprintf(text[4], CELL, "%.3g", row->low);
        snprintf(text[5], CELL, "%.3g", row->high);
        if (row->must > 0) {
            snprintf(text[6], CELL, "%g", row->must);
            snprintf(text[7], CELL, "%g", row->aim);
        }
        snprintf(text[8], CELL, "%s", verdict(row));
        print_line(report, ratio_width, text);
    }
    printf("\n");
    for (int i = 0; i < report->nnotes; i++)
        printf("%s%s\n", report->markdown ? "- " : "", report->note[i]);
}
