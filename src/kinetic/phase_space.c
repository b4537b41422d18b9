/* Densities on one axis of phase space: see phase_space.h. */
#include "kinetic/phase_space.h"

#include "base/memory.h"
#include "kinetic/pairing.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WAVES = 512 };
static const double NEGLIGIBLE = 1e-12;

typedef struct table {
    int waves, modes;                  /* 0 <= k <= waves, -modes <= m <= modes */
    int count;                         /* (waves + 1) (2 modes + 1), modes fastest */
    kl_kinetic_observable *observable; /* [count] */
    int (*mode)[1][3];                 /* [count] */
    double *value, *error;             /* [ntimes][count] of <J,F_T>, complex and real */
    double complex *row;               /* scratch: all momenta of one wave */
} table;

/* How far normal smoothing of standard deviation `width` over a period leaves waves. */
static int reach(double width, double period)
{
    const double k = period * sqrt(-log(NEGLIGIBLE) / 2) / (M_PI * width);
    return k < MOST_WAVES ? (int)ceil(k) : MOST_WAVES;
}

/* The waves of the start itself do not grow if V does not depend on X. */
static int waves_of(const kl_kinetic_problem *problem, const kl_phase_space *wanted)
{
    bool bends = false;
    int waves = wanted->width > 0 ? reach(wanted->width, problem->ell) : MOST_WAVES;
    for (int i = 0; i < 9; i++)
        bends = bends || problem->hessian[i / 3][i % 3] != 0;
    if (wanted->npositions == 0)
        return 0;
    if (problem->envelope == KL_KINETIC_UNIFORM)
        return 0;
    if (problem->envelope == KL_KINETIC_DELTA || bends)
        return waves;
    while (waves > 0 && fabs(kl_envelope_transform(problem, waves / problem->ell)) *
                                exp(-2 * pow(M_PI * waves * wanted->width / problem->ell, 2)) <
                            NEGLIGIBLE)
        waves--;
    return waves;
}

static void destroy(table *t)
{
    free(t->observable);
    free(t->mode);
    free(t->value);
    free(t->error);
    free(t->row);
}

static kl_status create(const kl_kinetic_problem *problem, const kl_phase_space *wanted, table *t,
                        kl_error *err)
{
    static const double one[1][2] = {{1, 0}};
    t->waves = waves_of(problem, wanted);
    t->modes = wanted->nmomenta ? reach(wanted->spread, 1) : 0;
    t->count = (t->waves + 1) * (2 * t->modes + 1);
    const size_t n = (size_t)t->count, all = n * (size_t)problem->ntimes;
    const size_t momenta = (size_t)(wanted->nmomenta ? wanted->nmomenta : 1);
    KL_TRY(kl_alloc(n, sizeof *t->observable, "phase space", &t->observable, err));
    KL_TRY(kl_alloc(n, sizeof *t->mode, "phase space", &t->mode, err));
    KL_TRY(kl_alloc(2 * all, sizeof *t->value, "phase space", &t->value, err));
    KL_TRY(kl_alloc(all, sizeof *t->error, "phase space", &t->error, err));
    KL_TRY(kl_alloc(momenta, sizeof *t->row, "phase space", &t->row, err));
    for (int k = 0, i = 0; k <= t->waves; k++)
        for (int m = -t->modes; m <= t->modes; m++, i++) {
            t->mode[i][0][wanted->axis] = m;
            t->observable[i] = (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                                       .nmodes = 1,
                                                       .mode = (const int(*)[3])t->mode[i],
                                                       .coefficient = one};
            t->observable[i].wave[wanted->axis] = k;
        }
    return KL_OK;
}

static double smoothing(const kl_phase_space *wanted, double ell, int k, int m)
{
    return exp(-2 * pow(M_PI * k * wanted->width / ell, 2) - 2 * pow(M_PI * m * wanted->spread, 2));
}

/* Adds all of one wave: f is real, so wave -k gives the conjugate. */
static void add_wave(const kl_phase_space *wanted, double ell, int k, const table *t,
                     const double *value, double *out)
{
    const int nv = wanted->nmomenta ? wanted->nmomenta : 1;
    const int nx = wanted->npositions ? wanted->npositions : 1;
    const double factor = (k ? 2 : 1) / (wanted->npositions ? ell : 1);
    for (int j = 0; j < nv; j++) {
        const double V = wanted->nmomenta ? wanted->momentum[j] : 0;
        double complex sum = 0;
        for (int m = -t->modes; m <= t->modes; m++) {
            const double *at = value + 2 * (k * (2 * t->modes + 1) + m + t->modes);
            const double turn = 2 * M_PI * fmod(m * V, 1);
            sum += smoothing(wanted, ell, k, m) * (at[0] - I * at[1]) * (cos(turn) + I * sin(turn));
        }
        t->row[j] = sum;
    }
    for (int i = 0; i < nx; i++) {
        const double X = wanted->npositions ? wanted->position[i] : 0;
        const double turn = 2 * M_PI * fmod(k * X / ell, 1);
        for (int j = 0; j < nv; j++)
            out[i * nv + j] += factor * creal((cos(turn) + I * sin(turn)) * t->row[j]);
    }
}

/* The errors of all terms, added up. */
static double error_of(const kl_phase_space *wanted, double ell, const table *t,
                       const double *error)
{
    double sum = 0;
    for (int k = 0, i = 0; k <= t->waves; k++)
        for (int m = -t->modes; m <= t->modes; m++, i++)
            sum += (k ? 2 : 1) * smoothing(wanted, ell, k, m) * error[i];
    return sum / (wanted->npositions ? ell : 1);
}

kl_status kl_boltzmann_phase_space(MPI_Comm comm, const kl_kinetic_problem *problem,
                                   const kl_phase_space *wanted, double *value, double *error,
                                   char *note, kl_error *err)
{
    table t = {0};
    kl_kinetic_problem waves = *problem;
    const int cells =
        (wanted->npositions ? wanted->npositions : 1) * (wanted->nmomenta ? wanted->nmomenta : 1);
    kl_status status = kl_agree(comm, create(problem, wanted, &t, err), err);
    if (status == KL_OK) {
        waves.nobservables = t.count;
        waves.observables = t.observable;
        status = kl_boltzmann_solve(comm, &waves, t.value, t.error, note, err);
    }
    for (int it = 0; status == KL_OK && it < problem->ntimes; it++) {
        double *out = value + (size_t)it * (size_t)cells;
        memset(out, 0, (size_t)cells * sizeof *out);
        for (int k = 0; k <= t.waves; k++)
            add_wave(wanted, problem->ell, k, &t, t.value + 2 * (size_t)it * (size_t)t.count, out);
        error[it] = error_of(wanted, problem->ell, &t, t.error + (size_t)it * (size_t)t.count);
    }
    destroy(&t);
    return status;
}
