/* The Boltzmann reference against the jump process, start by start; test_jump.c is quick,
 * long_jump.c goes to error bars near 1e-6. */
#ifndef KL_TESTS_KINETIC_JUMP_H
#define KL_TESTS_KINETIC_JUMP_H

#include "kinetic/check.h"

#include "kinetic/oracle_jump.c"

/* A start as the oracle knows it, and the same S as the program knows it. */
typedef struct jump_start {
    const char *name;
    oracle_start oracle;
    kl_kinetic_term term[2];
    kl_kinetic_wave wave[1];
    int nterms, nwaves;
} jump_start;

/* grad of 0.04 X_1^3 - 0.05 X_1 X_2^2 + 0.03 sin(2 pi q.X) + 0.02 cos(2 pi q.X) */
static inline void bend(const double x[3], double v[3])
{
    double turn = 2 * M_PI * (0.2 * x[1] + 0.5 * x[2]);
    double slope = 2 * M_PI * (0.03 * cos(turn) - 0.02 * sin(turn));
    v[0] += 0.12 * x[0] * x[0] - 0.05 * x[1] * x[1];
    v[1] += -0.1 * x[0] * x[1] + 0.2 * slope;
    v[2] += 0.5 * slope;
}

/* One shell within the saddle energies and one beyond; ranks 3 (over both van Hove
 * energies) and 1 (along no axis); general S; one site. */
enum { INNER, OUTER, RANK3, RANK1, GENERAL, SITE };
static const jump_start starts[] = {
    {"inner",
     {{0.15, 0.20, 0.30}, {{0}}, {0.1, 0, -0.1}, 0.4, NULL, 0},
     {{{0}, 0}},
     {{{0}, 0, 0}},
     0,
     0},
    {"outer",
     {{0.44, 0.40, 0.30}, {{0}}, {0.1, 0, -0.1}, 0.4, NULL, 0},
     {{{0}, 0}},
     {{{0}, 0, 0}},
     0,
     0},
    {"rank 3",
     {{0.15, 0.20, 0.30},
      {{0.12, 0.03, 0}, {0.03, -0.1, 0.02}, {0, 0.02, 0.08}},
      {0.1, 0, -0.1},
      0.4,
      NULL,
      0},
     {{{0}, 0}},
     {{{0}, 0, 0}},
     0,
     0},
    {"rank 1",
     {{0.12, 0.20, 0.26},
      {{0.08, 0.04, -0.04}, {0.04, 0.02, -0.02}, {-0.04, -0.02, 0.02}},
      {0.1, 0, -0.1},
      0.4,
      NULL,
      0},
     {{{0}, 0}},
     {{{0}, 0, 0}},
     0,
     0},
    {"general",
     {{0.15, 0.20, 0.30}, {{0}}, {0.1, 0, -0.1}, 0.4, bend, 0},
     {{{3, 0, 0}, 0.04}, {{1, 2, 0}, -0.05}},
     {{{0, 0.2, 0.5}, 0.03, 0.02}},
     2,
     1},
    {"site", {{0}, {{0}}, {-0.1, 0.3, 0}, 0, NULL, 1}, {{{0}, 0}}, {{{0}, 0, 0}}, 0, 0}};

static const double jump_ell = 5.12;

static inline kl_kinetic_problem problem_of(const jump_start *start, const double *time, int n,
                                            const kl_kinetic_observable *o, double tolerance)
{
    const oracle_start *s = &start->oracle;
    kl_kinetic_problem problem = {.dimension = 3,
                                  .ell = jump_ell,
                                  .envelope = s->site ? KL_KINETIC_DELTA : KL_KINETIC_GAUSSIAN,
                                  .width = s->width,
                                  .nterms = start->nterms,
                                  .nwaves = start->nwaves,
                                  .term = start->term,
                                  .wave = start->wave,
                                  .ntimes = 1,
                                  .times = time,
                                  .nobservables = n,
                                  .observables = o,
                                  .tolerance = tolerance};
    memcpy(problem.momentum, s->p, sizeof problem.momentum);
    memcpy(problem.center, s->center, sizeof problem.center);
    memcpy(problem.hessian, s->hessian, sizeof problem.hessian);
    return problem;
}

/* Within seven standard errors, for which a t of 15 degrees of freedom exceeds 7 with
 * probability 4e-6, and the reported error. Returns the larger of the two differences. */
static inline double compare(const char *name, const answer *a, int i, const double mean[2],
                             const double statistical[2])
{
    double off[2] = {creal(a->value[i]) - mean[0], cimag(a->value[i]) - mean[1]};
    for (int part = 0; part < 2; part++) {
        bool agree = fabs(off[part]) <= 7 * statistical[part] + a->error[i];
        if (!agree)
            print_error("%s, value %d, part %d: off %.2e, error bar %.1e, reported %.1e\n", name, i,
                        part, off[part], statistical[part], a->error[i]);
        assert_true(agree);
    }
    return fmax(fabs(off[0]), fabs(off[1]));
}

/* ---- whole paths: any function of X and V ---- */

static const double jump_width = 0.6;
static const double jump_center[3][3] = {{-0.5, -1, -1}, {-1, -1, -1}, {1.5, 1, 0.5}};
static const int jump_mode[3][1][3] = {{{0, 0, 0}}, {{1, 0, 0}}, {{1, 1, -1}}};

static inline void pairings(const double x[3], const double v[3], double *out, const void *context)
{
    (void)context;
    for (int io = 0; io < 3; io++) {
        double a = 1, phase = 0;
        for (int j = 0; j < 3; j++) {
            double sum = 0, off = remainder(x[j] - jump_center[io][j], jump_ell);
            for (int image = -1; image <= 1; image++)
                sum += exp(-pow(off + image * jump_ell, 2) / (2 * jump_width * jump_width));
            a *= sum;
            phase += 2 * M_PI * jump_mode[io][0][j] * v[j];
        }
        out[2 * io] = a * cos(phase);
        out[2 * io + 1] = a * sin(phase);
    }
    out[6] = 1;
}

/* Gaussian positions; the error bars are below `most`. Returns the largest difference. */
static inline double compare_paths(const jump_start *start, double time, double tolerance,
                                   int level, double most)
{
    kl_kinetic_observable o[3];
    double mean[7], statistical[7], worst = 0;
    for (int io = 0; io < 3; io++) {
        o[io] = (kl_kinetic_observable){
            .width = jump_width, .nmodes = 1, .mode = jump_mode[io], .coefficient = one};
        memcpy(o[io].center, jump_center[io], sizeof o[io].center);
    }
    kl_kinetic_problem problem = problem_of(start, &time, 3, o, tolerance);
    answer a = solve_problem(&problem);
    oracle_jump(&start->oracle, time, level, 20100301, 7, pairings, NULL, mean, statistical);
    assert_true(fabs(mean[6] - 1) <= 7 * statistical[6]); /* all paths, and no more */
    for (int io = 0; io < 3; io++) {
        worst = fmax(worst, compare(start->name, &a, io, mean + 2 * io, statistical + 2 * io));
        assert_true(statistical[2 * io] < most && statistical[2 * io + 1] < most);
    }
    return worst;
}

/* ---- one wave ---- */

/* exp(2 pi i (mode.V - k.X/ell)) of two k; as compare_paths(). *bar: the largest error bar. */
static inline double compare_waves(const jump_start *start, double time, double tolerance,
                                   int level, double most, double *bar)
{
    static const int k[2][3] = {{2, 0, -1}, {-1, 1, 0}};
    static const int mode[2][1][3] = {{{0, 0, 0}}, {{1, 0, -1}}};
    kl_kinetic_observable o[2];
    double worst = 0;
    *bar = 0;
    for (int i = 0; i < 2; i++)
        o[i] = (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                       .wave = {-k[i][0], -k[i][1], -k[i][2]},
                                       .nmodes = 1,
                                       .mode = mode[i],
                                       .coefficient = one};
    kl_kinetic_problem problem = problem_of(start, &time, 2, o, tolerance);
    answer a = solve_problem(&problem);
    for (int i = 0; i < 2; i++) {
        double xi[3], mean[2], statistical[2];
        for (int j = 0; j < 3; j++)
            xi[j] = k[i][j] / jump_ell;
        oracle_jump_wave(&start->oracle, time, xi, mode[i][0], level, 20100302, mean, statistical);
        worst = fmax(worst, compare(start->name, &a, i, mean, statistical));
        *bar = fmax(*bar, fmax(statistical[0], statistical[1]));
        assert_true(a.error[i] <= tolerance);
    }
    assert_true(*bar < most);
    return worst;
}

#endif
