/* The evolution kernel against the machine and its peers, in one interleaved run:
 *
 *   bench_evolution [--quick] [--full] [--markdown] [--rounds N] [-o FILE.csv]
 *
 * d = 3, L = 64, 128, 256, eta = 0.2, Gaussian V, t = 10. All contenders solve
 * one problem, each with a verified error of at most 1e-8 (double) or 1e-5
 * (single). docs/performance.md explains the figures.
 */
#include "bench.h"

#include "base/cpu.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double tolerance[] = {[KL_SINGLE] = 1e-5, [KL_DOUBLE] = 1e-8};

typedef struct options {
    bool quick, full, markdown;
    int sites, rounds; /* 0: default */
    const char *csv;
} options;

/* What is measured on one lattice. */
typedef struct field {
    bench_problem problem;
    bench_workspace alone[2], shared[2]; /* by precision */
    bench_contender contender[BENCH_MOST_CONTENDERS];
    int n, rank, ranks;
} field;

/* ---- contenders --------------------------------------------------------- */

static bench_contender *add(field *f, bench_kind kind, kl_precision precision, int ranks)
{
    bench_contender *c = &f->contender[f->n++];
    *c = (bench_contender){.kind = kind, .precision = precision, .ranks = ranks, .repeats = 1};
    return c;
}

static bool with_orders(const field *f)
{
    return f->problem.alone.sites <= 128;
}

static void add_kernels(field *f, kl_precision precision)
{
    bench_workspace *alone = &f->alone[precision], *shared = &f->shared[precision];
    const double accuracy = tolerance[precision];
    bench_workspace_create(&f->problem, &f->problem.alone, precision, alone);
    bench_kernel(&f->problem, alone, true, accuracy, add(f, BENCH_KERNEL, precision, 1));
    bench_kernel(&f->problem, alone, false, accuracy, add(f, BENCH_UNBLOCKED, precision, 1));
    if (with_orders(f)) {
        bench_contender *c = add(f, BENCH_ORDERS, precision, 1);
        if (f->rank == 0)
            bench_orders(&f->problem, precision, accuracy, c);
    }
    if (f->ranks == 1)
        return;
    bench_workspace_create(&f->problem, &f->problem.shared, precision, shared);
    bench_kernel(&f->problem, shared, true, accuracy,
                 add(f, BENCH_ONE_LATTICE, precision, f->ranks));
    bench_kernel(&f->problem, alone, true, accuracy,
                 add(f, BENCH_REALIZATIONS, precision, f->ranks));
}

static void add_stream(field *f)
{
    const size_t bytes = 16 * (size_t)kl_lattice_local(&f->problem.alone);
    for (int large = 0; large < 2; large++) {
        bench_contender *c = add(f, large ? BENCH_STREAM_LARGE : BENCH_STREAM, KL_DOUBLE, 1);
        if (f->rank == 0)
            bench_stream(bytes, large, c);
    }
}

static void add_rest(field *f)
{
    for (int kind = BENCH_DISORDER; kind < BENCH_KINDS; kind++) {
        bench_contender *c = add(f, kind, KL_SINGLE, 1);
        if (f->rank == 0)
            bench_rest(&f->problem, &f->alone[KL_SINGLE], c);
    }
}

/* Peers run on rank 0; the others only know that they exist. */
static void add_peers(field *f, const options *o, int *steps)
{
    const int64_t sites = f->problem.alone.sites;
    if (sites <= (o->full ? 128 : 64)) {
        bench_contender *c = add(f, BENCH_SPLITTING, KL_DOUBLE, 1);
        if (f->rank == 0)
            bench_splitting(&f->problem, tolerance[KL_DOUBLE], steps, c);
    }
    for (int i = 0; bench_slepc_built() && sites <= (o->full ? 256 : 128) && i < 2; i++) {
        bench_contender *fastest = add(f, BENCH_SHELL + i, KL_DOUBLE, 1);
        bench_contender *usual = add(f, BENCH_SHELL_USUAL + i, KL_DOUBLE, 1);
        if (f->rank == 0)
            bench_slepc(&f->problem, i == 1, tolerance[KL_DOUBLE], fastest, usual);
    }
}

/* ---- turns -------------------------------------------------------------- */

/* A barrier in which the waiting ranks sleep: they leave the machine to those
 * whose turn it is. */
static void wait_for_all(void)
{
    MPI_Request request;
    const struct timespec nap = {0, 2000000};
    int done = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE))
        nanosleep(&nap, NULL);
}

static bool has_turn(const field *f, const bench_contender *c)
{
    return f->rank == 0 || c->ranks > 1;
}

/* A first turn warms up, verifies the error, and tells how many solutions make a
 * turn long enough to time. */
static void prepare(field *f, const bench_contender *c)
{
    bench_contender *contender = &f->contender[c - f->contender];
    const double turn = 0.2;
    if (has_turn(f, c)) {
        double seconds = c->turn(c->self, 1).seconds;
        if (c->plane)
            contender->error = bench_error(&f->problem, contender);
        if (c->ranks > 1)
            MPI_Bcast(&seconds, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
        contender->repeats = seconds < turn ? (int)ceil(turn / fmax(seconds, 1e-3)) : 1;
    }
    wait_for_all();
}

static void progress(const field *f, int round, int rounds)
{
    if (f->rank == 0)
        fprintf(stderr, "L = %lld: round %d of %d\n", (long long)f->problem.alone.sites, round,
                rounds);
}

static void run_rounds(field *f, int rounds)
{
    for (int i = 0; i < f->n; i++)
        prepare(f, &f->contender[i]);
    for (int r = 0; r < rounds; r++) {
        progress(f, r + 1, rounds);
        for (int i = 0; i < f->n; i++) {
            bench_contender *c = &f->contender[i];
            if (has_turn(f, c))
                c->time[r] = c->turn(c->self, c->repeats);
            wait_for_all();
        }
    }
}

static void destroy(field *f)
{
    for (int i = 0; i < f->n; i++)
        if (f->contender[i].self)
            f->contender[i].destroy(f->contender[i].self);
    for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
        bench_workspace_destroy(&f->alone[precision]);
        if (f->ranks > 1)
            bench_workspace_destroy(&f->shared[precision]);
    }
    bench_problem_destroy(&f->problem);
}

/* Bytes per site of all that is held at the same time on one node. */
static double bytes_per_site(const field *f, const options *o, int64_t sites)
{
    const bool slepc = bench_slepc_built() && sites <= (o->full ? 256 : 128);
    const double orders = sites <= 128 ? BENCH_BLOCK * 60 : 0;
    return 32 + 48 + orders + f->ranks * 88.0 + (f->ranks > 1 ? 88 : 0) + (slepc ? 700 : 0);
}

static void measure(field *f, const options *o, int64_t sites, int *steps, bench_report *report)
{
    const double need = bytes_per_site(f, o, sites) * pow((double)sites, 3);
    double have = (double)kl_memory_available();
    MPI_Bcast(&have, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    if (have > 0 && need > have) {
        if (f->rank == 0)
            fprintf(stderr, "L = %lld is left out: it takes %.1f GB, %.1f are free\n",
                    (long long)sites, need * 1e-9, have * 1e-9);
        return;
    }
    if (f->rank == 0)
        fprintf(stderr, "L = %lld: preparing\n", (long long)sites);
    f->n = 0;
    bench_problem_create(sites, &f->problem);
    add_kernels(f, KL_DOUBLE);
    add_stream(f); /* between what it is compared with */
    add_kernels(f, KL_SINGLE);
    add_rest(f);
    add_peers(f, o, steps);
    wait_for_all();
    run_rounds(f, report->rounds);
    if (f->rank == 0)
        bench_report_lattice(report, sites, f->problem.t, f->contender, f->n);
    destroy(f);
}

/* ---- command line ------------------------------------------------------- */

static bool parse(int argc, char **argv, options *o)
{
    *o = (options){.csv = "bench.csv"};
    for (int i = 1; i < argc; i++) {
        const bool more = i + 1 < argc;
        if (strcmp(argv[i], "--quick") == 0)
            o->quick = true;
        else if (strcmp(argv[i], "--full") == 0)
            o->full = true;
        else if (strcmp(argv[i], "--markdown") == 0)
            o->markdown = true;
        else if (strcmp(argv[i], "--sites") == 0 && more && atoi(argv[i + 1]) >= 16)
            o->sites = atoi(argv[++i]);
        else if (strcmp(argv[i], "--rounds") == 0 && more && atoi(argv[i + 1]) >= 1 &&
                 atoi(argv[i + 1]) <= BENCH_MOST_ROUNDS)
            o->rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "-o") == 0 && more)
            o->csv = argv[++i];
        else
            return false;
    }
    return true;
}

static void print_machine(const field *f, const options *o, int rounds)
{
    char line[256], name[128] = "unknown processor";
    double load;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %127[^\n]", name) == 1)
            break;
    if (file)
        fclose(file);
    printf("%s, %s kernels, %d rank%s, %d rounds, eta = 0.2, t = 10, median with low and high\n",
           name, kl_cpu_instruction_set_name(), f->ranks, f->ranks > 1 ? "s" : "", rounds);
    if (getloadavg(&load, 1) == 1 && load > 0.5)
        printf("Load average %.1f at the start: other work on this machine spoils the figures.\n",
               load);
    if (f->ranks == 1)
        printf("One core: no speed-ups.\n");
    if (!bench_slepc_built())
        printf("SLEPc with complex scalars was not found: its rows are left out.\n");
    if (!o->full)
        printf("SLEPc above L = 128 and the splitting above L = 64 are measured with --full.\n");
}

int main(int argc, char **argv)
{
    static const int64_t sizes[] = {64, 128, 256};
    static bench_report report;
    static field f;
    options o;
    int steps = 0; /* of the splitting */
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &f.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &f.ranks);
    if (!parse(argc, argv, &o)) {
        if (f.rank == 0)
            fprintf(stderr,
                    "usage: bench_evolution [--quick] [--full] [--markdown] "
                    "[--sites L] [--rounds 1..%d] [-o FILE.csv]\n",
                    BENCH_MOST_ROUNDS);
        MPI_Finalize();
        return KL_INPUT;
    }
    report.rounds = o.rounds > 0 ? o.rounds : o.quick ? 5 : 7;
    report.markdown = o.markdown;
    if (f.rank == 0) {
        kl_error err;
        report.csv = fopen(o.csv, "w");
        if (!report.csv)
            bench_check(kl_fail(&err, KL_ENVIRONMENT, "%s: cannot be written", o.csv), &err);
        bench_slepc_begin();
        print_machine(&f, &o, report.rounds);
        bench_report_start(&report);
    }
    for (int i = 0; i < (o.quick || o.sites > 0 ? 1 : 3); i++)
        measure(&f, &o, o.sites > 0 ? o.sites : sizes[i], &steps, &report);
    if (f.rank == 0) {
        bench_report_ratios(&report);
        fclose(report.csv);
        fprintf(stderr, "CSV: %s\n", o.csv);
        bench_slepc_end();
    }
    MPI_Finalize();
    return 0;
}
