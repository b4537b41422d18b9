/* A step of order 2 is half a kick exp(-i h/2 eta V), the drift exp(-i h (E - lambda kappa)) with
 * the kappa of then, which the drift keeps, and half a kick. Order 4: five of them of lengths p, p,
 * 1 - 4 p, p, p, p = 1/(4 - 4^(1/3)) (M. Suzuki, Phys. Lett. A 146 (1990) 319). */
#include "systems/hartree_fock/hartree_ensemble.h"

#include "base/complex.h"
#include "base/memory.h"
#include "wigner/pencils.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- create and destroy ---- */

/* Sites whose gamma is followed: 0 and e_j for the energy, then those of v. */
static void track(hartree_ensemble *e)
{
    const kl_gas_interaction *v = &e->h->interaction;
    const int d = e->lattice.dimension;
    e->ntracked = 1 + d;
    for (int j = 0; j < d; j++)
        e->tracked[1 + j][j] = 1;
    for (int i = 0; i < v->n; i++) {
        int at = 0;
        for (; at < e->ntracked; at++) {
            const int *x = e->tracked[at], *y = v->at[i];
            if ((x[0] == y[0] && x[1] == y[1] && x[2] == y[2]) ||
                (x[0] == -y[0] && x[1] == -y[1] && x[2] == -y[2]))
                break;
        }
        if (at == e->ntracked)
            memcpy(e->tracked[e->ntracked++], v->at[i], sizeof v->at[i]);
        e->v[at] = v->value[i];
    }
}

static kl_status allocate(hartree_ensemble *e, kl_error *err)
{
    const size_t n = (size_t)e->local, count = (size_t)e->place->count;
    const size_t sums = 2 * (size_t)(e->nfields * e->ntracked) + 1;
    KL_TRY(kl_alloc(n, sizeof *e->amplitude, "occupation", &e->amplitude, err));
    KL_TRY(kl_alloc(n, sizeof *e->energy, "energies", &e->energy, err));
    KL_TRY(kl_alloc(count * n, sizeof *e->omega, "potentials", &e->omega, err));
    KL_TRY(kl_alloc(count * (size_t)(e->copies * e->vectors) * n, sizeof *e->psi, "vectors",
                    &e->psi, err));
    KL_TRY(kl_alloc(count * (size_t)e->kicks * n, sizeof *e->kick, "kicks", &e->kick, err));
    KL_TRY(kl_alloc((size_t)e->nfields * n, sizeof *e->factor, "drifts", &e->factor, err));
    KL_TRY(kl_alloc(n, sizeof *e->work, "vectors", &e->work, err));
    const size_t row = (size_t)kl_lattice_row(&e->lattice);
    KL_TRY(kl_alloc((size_t)e->lattice.sites, sizeof *e->wave, "waves", &e->wave, err));
    KL_TRY(kl_alloc(row, sizeof *e->density, "waves", &e->density, err));
    for (int part = 0; part < 2; part++)
        KL_TRY(kl_alloc((size_t)e->ntracked * row, sizeof(double), "waves", &e->row[part], err));
    KL_TRY(kl_alloc(count * sums, sizeof *e->member, "sums", &e->member, err));
    return kl_alloc(sums, sizeof *e->sum, "sums", &e->sum, err);
}

static void fill_tables(hartree_ensemble *e)
{
    const int64_t L = e->lattice.sites, first = e->lattice.first * e->lattice.plane;
    kl_gas_vectors_amplitude(&e->h->start, &e->lattice, e->amplitude);
    for (int64_t k = 0; k < L; k++)
        e->wave[k] =
            CMPLX(cos(2 * M_PI * (double)k / (double)L), sin(2 * M_PI * (double)k / (double)L));
    const int64_t row = kl_lattice_row(&e->lattice);
    for (int k = 0; k < e->ntracked; k++)
        for (int64_t z = 0; z < row; z++) {
            const int64_t turns = z * e->tracked[k][e->lattice.dimension - 1] % L;
            e->row[0][k * row + z] = creal(e->wave[(turns + L) % L]);
            e->row[1][k * row + z] = cimag(e->wave[(turns + L) % L]);
        }
    for (int64_t i = 0; i < e->local; i++)
        for (int64_t index = first + i, j = 0; j < e->lattice.dimension; j++, index /= L)
            e->energy[i] += creal(e->wave[index % L]);
}

kl_status hartree_ensemble_create(const hartree *h, const kl_place *place, hartree_ensemble *e,
                                  kl_error *err)
{
    const kl_lattice_point *p = &h->points.point[place->point];
    *e = (hartree_ensemble){.h = h,
                            .point = p,
                            .place = place,
                            .lambda = h->column[3 * place->point + 1],
                            .copies = h->halves ? 2 : 1,
                            .nfields = h->halves ? 3 : 1,
                            .kicks = h->order == 4 ? 2 : 1};
    KL_TRY(kl_lattice_create(place->group, (int)h->points.dimension, p->sites, &e->lattice, err));
    KL_TRY(kl_transform_create(&e->lattice, &e->transform, err));
    e->local = kl_lattice_local(&e->lattice);
    e->vectors = kl_gas_vectors_count(&h->vectors, p, e->lattice.dimension);
    e->share = h->vectors.all ? 1 : 1 / (double)e->vectors;
    track(e);
    KL_TRY(kl_agree(place->group, allocate(e, err), err));
    fill_tables(e);
    return KL_OK;
}

void hartree_ensemble_destroy(hartree_ensemble *e)
{
    kl_transform_destroy(&e->transform);
    free(e->amplitude);
    free(e->energy);
    free(e->omega);
    free(e->psi);
    free(e->kick);
    free(e->factor);
    free(e->work);
    free(e->wave);
    free(e->row[0]);
    free(e->row[1]);
    free(e->density);
    free(e->member);
    free(e->sum);
    *e = (hartree_ensemble){0};
}

kl_status hartree_ensemble_start(hartree_ensemble *e, int64_t batch, kl_error *err)
{
    const hartree *h = e->h;
    kl_gas_filling filling = {.start = &h->start,
                              .vectors = &h->vectors,
                              .point = e->point,
                              .seed = h->disorder.seed,
                              .amplitude = e->amplitude,
                              .transform = &e->transform};
    e->h_now = 0;
    for (int m = 0; m < e->place->count; m++) {
        double norm, weight;
        filling.realization = batch * e->place->members + e->place->first + m;
        kl_potential_draw(&h->disorder, e->point->distribution, e->point->eta, NULL,
                          filling.realization, &e->lattice, e->omega + m * e->local);
        for (int64_t v = 0; v < e->vectors; v++) {
            double complex *psi = hartree_psi(e, m, 0, v);
            memset(psi, 0, (size_t)e->local * sizeof *psi);
            KL_TRY(kl_gas_vectors_fill(&filling, v, psi, &norm, &weight, err));
            if (e->copies > 1)
                memcpy(hartree_psi(e, m, 1, v), psi, (size_t)e->local * sizeof *psi);
        }
    }
    return KL_OK;
}

/* ---- the common field ---- */

/* The field that a copy of a member feels and makes. */
static int field_of(const hartree_ensemble *e, int member, int copy)
{
    if (copy == 0)
        return 0;
    return 1 + (e->place->first + member >= e->place->members / 2);
}

/* exp(2 pi i p.x) at the start of a row of momenta (p_last = 0). */
static double complex row_wave(const hartree_ensemble *e, const int x[3], int64_t row_site)
{
    const int64_t L = e->lattice.sites;
    int64_t turns = 0;
    for (int j = e->lattice.dimension - 1; j >= 0; j--, row_site /= L)
        turns += row_site % L * x[j];
    return e->wave[(turns % L + L) % L];
}

/* Adds sum_p |psi^|^2 exp(2 pi i p.x), plane by plane: plane[count][2 ntracked]; without `all`
 * only of the x that turn vectors against each other: v(0) is a phase in common. */
static void add_gamma(const hartree_ensemble *e, bool all, const double complex *psi, double *plane)
{
    const int64_t first = e->lattice.first * e->lattice.plane, row = kl_lattice_row(&e->lattice);
    for (int64_t i = 0; i < e->local; i += row) {
        double *at = plane + i / e->lattice.plane * 2 * e->ntracked;
        for (int64_t z = 0; z < row; z++)
            e->density[z] =
                creal(psi[i + z]) * creal(psi[i + z]) + cimag(psi[i + z]) * cimag(psi[i + z]);
        for (int k = 0; k < e->ntracked; k++) {
            if (!all && (k == 0 || e->v[k] == 0))
                continue;
            const double re = kl_row_dot(row, e->density, e->row[0] + k * row);
            const double im = kl_row_dot(row, e->density, e->row[1] + k * row);
            const double complex w = row_wave(e, e->tracked[k], first + i);
            at[2 * k] += re * creal(w) - im * cimag(w);
            at[2 * k + 1] += re * cimag(w) + im * creal(w);
        }
    }
}

/* Of the vectors psi^ of every member and copy: gamma of every field into e->sum, by planes in
 * their order, then members in theirs. */
static kl_status sum_fields(hartree_ensemble *e, const double *plane, kl_error *err)
{
    const int n = 2 * e->ntracked, all = e->place->count * e->copies * n;
    const int width = n * e->nfields + 1;
    const double volume = (double)e->lattice.sites * (double)e->lattice.plane;
    double *each;
    KL_TRY(kl_agree(e->place->group, kl_alloc((size_t)all, sizeof *each, "sums", &each, err), err));
    kl_status status =
        e->place->count > 0 ? kl_planes_sum(&e->lattice, plane, all, each, NULL, err) : KL_OK;
    for (int m = 0; m < e->place->count; m++) {
        double *to = e->member + m * width;
        const double extra = to[width - 1];
        memset(to, 0, (size_t)width * sizeof *to);
        to[width - 1] = extra;
        for (int copy = 0; copy < e->copies; copy++)
            for (int k = 0; k < n; k++)
                to[field_of(e, m, copy) * n + k] =
                    each[(m * e->copies + copy) * n + k] * e->share / volume;
    }
    free(each);
    KL_TRY(status);
    KL_TRY(kl_ensemble_sum(e->place, width, e->member, e->sum, err));
    for (int f = 0; f < e->nfields; f++)
        for (int k = 0; k < n; k++)
            e->sum[f * n + k] /= f == 0 ? e->place->members : e->place->members / 2;
    return KL_OK;
}

/* Transforms all vectors to momenta, in place or, of copy 0 alone, by way of `work`, and sums
 * their gamma. */
static kl_status find_fields(hartree_ensemble *e, bool in_place, kl_error *err)
{
    const int n = 2 * e->ntracked, all = e->place->count * e->copies * n;
    double *one, *plane;
    const size_t planes = (size_t)e->lattice.count;
    KL_TRY(kl_agree(e->place->group,
                    kl_alloc(planes * (size_t)(all + n), sizeof *plane, "sums", &plane, err), err));
    one = plane + planes * (size_t)all;
    for (int m = 0; m < e->place->count; m++)
        for (int copy = 0; copy < e->copies; copy++) {
            memset(one, 0, planes * (size_t)n * sizeof *one);
            for (int64_t v = 0; v < e->vectors && (in_place || copy == 0); v++) {
                double complex *psi = hartree_psi(e, m, copy, v);
                if (!in_place)
                    psi = memcpy(e->work, psi, (size_t)e->local * sizeof *psi);
                kl_transform_forward(&e->transform, psi);
                add_gamma(e, !in_place, psi, one);
            }
            for (size_t p = 0; p < planes; p++)
                memcpy(plane + p * (size_t)all + (m * e->copies + copy) * n, one + p * (size_t)n,
                       (size_t)n * sizeof *one);
        }
    const kl_status status = sum_fields(e, plane, err);
    free(plane);
    return status;
}

/* kappa at every momentum, of field f, but for its constant v(0) gamma_0. */
static void add_kappa(const hartree_ensemble *e, int f, double *kappa)
{
    const int64_t first = e->lattice.first * e->lattice.plane, row = kl_lattice_row(&e->lattice);
    for (int k = 1; k < e->ntracked; k++) {
        const double *gamma = e->sum + (f * e->ntracked + k) * 2;
        const double *cosine = e->row[0] + k * row, *sine = e->row[1] + k * row;
        for (int64_t i = 0; i < e->local && e->v[k] != 0; i += row) {
            const double complex w = row_wave(e, e->tracked[k], first + i);
            /* 2 v Re (gamma conj(w)), w the wave at the row's start times that along it */
            const double re = 2 * e->v[k] * (gamma[0] * creal(w) + gamma[1] * cimag(w));
            const double im = 2 * e->v[k] * (gamma[1] * creal(w) - gamma[0] * cimag(w));
            for (int64_t z = 0; z < row; z++)
                kappa[i + z] += re * cosine[z] + im * sine[z];
        }
    }
}

/* factor = exp(-i h (E - lambda kappa)) of every field. */
static kl_status make_drift(hartree_ensemble *e, double h, kl_error *err)
{
    double *kappa;
    KL_TRY(kl_agree(e->place->group,
                    kl_alloc((size_t)e->local, sizeof *kappa, "mean field", &kappa, err), err));
    for (int f = 0; f < e->nfields; f++) {
        memset(kappa, 0, (size_t)e->local * sizeof *kappa);
        add_kappa(e, f, kappa);
        for (int64_t i = 0; i < e->local; i++) {
            const double angle = h * (e->energy[i] - e->lambda * kappa[i]);
            e->factor[f * e->local + i] = CMPLX(cos(angle), -sin(angle));
        }
    }
    free(kappa);
    return KL_OK;
}

/* ---- steps ---- */

static void multiply(int64_t n, const double complex *factor, double complex *psi)
{
    for (int64_t i = 0; i < n; i++)
        psi[i] = kl_times(psi[i], factor[i]);
}

/* Lengths of the substeps over the step; kick[]: which of the kicks. */
static int substeps(int order, double length[HARTREE_SUBSTEPS], int kick[HARTREE_SUBSTEPS])
{
    const double p = 1 / (4 - cbrt(4));
    if (order == 2) {
        length[0] = 1;
        kick[0] = 0;
        return 1;
    }
    for (int i = 0; i < HARTREE_SUBSTEPS; i++) {
        length[i] = i == 2 ? 1 - 4 * p : p;
        kick[i] = i == 2;
    }
    return HARTREE_SUBSTEPS;
}

static void make_kicks(hartree_ensemble *e, double h)
{
    double length[HARTREE_SUBSTEPS];
    int kick[HARTREE_SUBSTEPS];
    const int n = substeps(e->h->order, length, kick);
    for (int s = 0; s < n; s++)
        for (int m = 0; m < e->place->count; m++)
            for (int64_t i = 0; i < e->local; i++) {
                const double angle =
                    h * length[s] / 2 * e->point->eta * (double)e->omega[m * e->local + i];
                e->kick[(m * e->kicks + kick[s]) * e->local + i] = CMPLX(cos(angle), -sin(angle));
            }
    e->h_now = h;
}

static void kick_all(hartree_ensemble *e, int which)
{
    for (int m = 0; m < e->place->count; m++)
        for (int copy = 0; copy < e->copies; copy++)
            for (int64_t v = 0; v < e->vectors; v++)
                multiply(e->local, e->kick + (m * e->kicks + which) * e->local,
                         hartree_psi(e, m, copy, v));
}

static kl_status substep(hartree_ensemble *e, double h, int kick, kl_error *err)
{
    kick_all(e, kick);
    KL_TRY(find_fields(e, true, err));
    KL_TRY(make_drift(e, h, err));
    for (int m = 0; m < e->place->count; m++)
        for (int copy = 0; copy < e->copies; copy++)
            for (int64_t v = 0; v < e->vectors; v++) {
                double complex *psi = hartree_psi(e, m, copy, v);
                multiply(e->local, e->factor + field_of(e, m, copy) * e->local, psi);
                kl_transform_backward(&e->transform, psi);
            }
    kick_all(e, kick);
    return KL_OK;
}

kl_status hartree_ensemble_step(hartree_ensemble *e, double h, kl_error *err)
{
    double length[HARTREE_SUBSTEPS];
    int kick[HARTREE_SUBSTEPS];
    const int n = substeps(e->h->order, length, kick);
    if (e->h_now != h)
        make_kicks(e, h);
    for (int s = 0; s < n; s++)
        KL_TRY(substep(e, length[s] * h, kick[s], err));
    return KL_OK;
}

/* ---- sums ---- */

/* eta L^-d sum_x omega_x n_x of a member, in the order of planes. */
static kl_status potential_of(hartree_ensemble *e, int m, double *out, kl_error *err)
{
    double *plane;
    KL_TRY(kl_agree(e->place->group,
                    kl_alloc((size_t)e->lattice.count, sizeof *plane, "sums", &plane, err), err));
    for (int64_t v = 0; v < e->vectors; v++) {
        const double complex *psi = hartree_psi(e, m, 0, v);
        for (int64_t i = 0; i < e->local; i++)
            plane[i / e->lattice.plane] +=
                (double)e->omega[m * e->local + i] *
                (creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]));
    }
    const kl_status status = kl_planes_sum(&e->lattice, plane, 1, out, NULL, err);
    *out *= e->point->eta * e->share; /* n_x = L^d |psi(x)|^2 */
    free(plane);
    return status;
}

kl_status hartree_ensemble_sums(hartree_ensemble *e, double *number, double *energy, kl_error *err)
{
    const int width = 2 * e->nfields * e->ntracked + 1;
    for (int m = 0; m < e->place->count; m++)
        KL_TRY(potential_of(e, m, &e->member[m * width + width - 1], err));
    KL_TRY(find_fields(e, false, err));
    *number = e->sum[0];
    *energy = e->sum[width - 1] / e->place->members;
    for (int k = 0; k < e->ntracked; k++) {
        const double re = e->sum[2 * k], im = e->sum[2 * k + 1];
        if (k >= 1 && k <= e->lattice.dimension)
            *energy += re;
        *energy -= e->lambda / 2 * e->v[k] * (k == 0 ? 1 : 2) * (re * re + im * im);
    }
    return KL_OK;
}
