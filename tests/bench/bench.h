/* The evolution benchmark: one problem per lattice, contenders that solve it in
 * turns, and what is made of their times.
 *
 * The program runs on one or more ranks. In the turn of a contender its ranks
 * work and the others sleep; a round gives every contender one turn. Ratios are
 * taken round by round, so that a slow spell of the machine hits both sides.
 * Any failure ends the program with one line.
 */
#ifndef KL_TESTS_BENCH_H
#define KL_TESTS_BENCH_H

#include "dynamics/chebyshev.h"

#include <stdio.h>

enum { BENCH_MOST_ROUNDS = 64, BENCH_MOST_CONTENDERS = 24 };

/* H = Delta + eta V, Gaussian V, and psi_0 on L^3 sites. `alone` is a lattice of
 * one rank: realization r on rank r. `shared` lies on all ranks: realization 0. */
typedef struct bench_problem {
    double eta, t;
    kl_lattice alone, shared;
    float *omega_alone, *omega_shared;
    kl_state start;     /* double, alone; rank 0 */
    kl_state reference; /* psi_t, double, alone; rank 0: relative error below 1e-12 */
} bench_problem;

void bench_problem_create(int64_t sites, bench_problem *problem);
void bench_problem_destroy(bench_problem *problem);
void bench_potential(const kl_lattice *lattice, uint64_t realization, float *omega);
void bench_start(const bench_problem *problem, kl_state *psi);

typedef struct bench_time {
    double seconds; /* of one solution, or of one pass */
    double bound;   /* seconds of its spectral bound, besides */
} bench_time;

typedef enum bench_kind {
    BENCH_STREAM,
    BENCH_STREAM_LARGE, /* on large pages */
    BENCH_KERNEL,       /* blocked in time, one rank */
    BENCH_UNBLOCKED,
    BENCH_ONE_LATTICE,  /* all ranks on one lattice */
    BENCH_REALIZATIONS, /* each rank its own */
    BENCH_ORDERS,       /* a block of the expansion in the disorder */
    BENCH_SPLITTING,
    BENCH_SHELL, /* in the fastest setting found */
    BENCH_AIJ,
    BENCH_SHELL_USUAL, /* Krylov dimension 10 */
    BENCH_AIJ_USUAL,
    BENCH_DISORDER, /* and what else a realization needs */
    BENCH_START,
    BENCH_OBSERVABLES,
    BENCH_KINDS
} bench_kind;

typedef struct bench_contender {
    bench_kind kind;
    kl_precision precision;
    int ranks; /* that work in its turn: 1 (rank 0) or all */
    void *self;
    /* Collective over its ranks. */
    bench_time (*turn)(void *self, int repeats);
    /* psi_t on plane p of axis 0, to rank 0. NULL: nothing to verify. */
    void (*plane)(void *self, int64_t p, double *re, double *im);
    void (*destroy)(void *self);

    int terms;    /* or products with H, or steps; set by turn() */
    double error; /* relative l2, verified against the reference */
    int repeats;  /* in a turn */
    char note[80];
    bench_time time[BENCH_MOST_ROUNDS];
} bench_contender;

/* |psi - reference| / |reference| on rank 0. Collective over the contender's ranks. */
double bench_error(const bench_problem *problem, bench_contender *contender);

/* The kernel. Blocked and unblocked forms may share a workspace. */
typedef struct bench_workspace {
    const kl_lattice *lattice;
    kl_state start, psi, out;
    void *scratch;
} bench_workspace;

void bench_workspace_create(const bench_problem *problem, const kl_lattice *lattice,
                            kl_precision precision, bench_workspace *workspace);
void bench_workspace_destroy(bench_workspace *workspace);
void bench_kernel(const bench_problem *problem, bench_workspace *workspace, bool blocked,
                  double tolerance, bench_contender *contender);

/* As many terms of a block of BENCH_BLOCK orders, on one rank: a turn's time is of one order. */
enum { BENCH_BLOCK = 5 };
void bench_orders(const bench_problem *problem, kl_precision precision, double tolerance,
                  bench_contender *contender);

/* STREAM triad a = b + s c on arrays of `bytes`: as it is distributed, or on the large
 * pages that kl_alloc asks for. */
void bench_stream(size_t bytes, bool large_pages, bench_contender *contender);

/* The splitting in double, in the least number of steps with an error of at most
 * `target`; *steps is the first guess (0: none) and returns the number. */
void bench_splitting(const bench_problem *problem, double target, int *steps,
                     bench_contender *contender);

/* By contender->kind: the potential, the start or the observables. */
void bench_rest(const bench_problem *problem, bench_workspace *workspace,
                bench_contender *contender);

/* SLEPc's exponential with a stencil (shell) or an assembled matrix (AIJ): in the
 * fastest setting with an error of at most `target`, and in the usual one. The
 * two share all but the solver; `fastest` owns it. */
bool bench_slepc_built(void);
void bench_slepc_begin(void);
void bench_slepc_end(void);
void bench_slepc(const bench_problem *problem, bool assembled, double target,
                 bench_contender *fastest, bench_contender *usual);

/* Output: what was measured on each lattice at once, the ratios at the end. */
typedef struct bench_row {
    const char *quantity;
    int64_t sites;
    kl_precision precision;
    int ranks;
    double median, low, high; /* over the rounds */
    double must, aim;         /* 0: none */
    bool at_least;            /* must and aim are lower bounds */
} bench_row;

enum { BENCH_MOST_ROWS = 128, BENCH_MOST_NOTES = 8 };

typedef struct bench_report {
    FILE *csv;
    bool markdown;
    int rounds, nrows;
    bench_row row[BENCH_MOST_ROWS];
    int nnotes;
    char note[BENCH_MOST_NOTES][160];
} bench_report;

void bench_report_start(bench_report *report);
void bench_report_lattice(bench_report *report, int64_t sites, double t,
                          const bench_contender *contenders, int n);
void bench_report_ratios(const bench_report *report);

/* Ends the program with the message of err unless status is KL_OK. */
void bench_check(kl_status status, const kl_error *err);

#endif
