#include "dynamics/initial.h"

#include "base/memory.h"
#include "dynamics/quadratic.h"
#include "lattice/pencil_parts.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Amplitudes below exp(-REACH^2/4) of the peak are left out: below 1e-35. */
static const double reach = 18;

void kl_initial_momentum(const kl_initial *initial, int dimension, int64_t sites, double p[3])
{
    for (int j = 0; j < 3; j++) {
        p[j] = j < dimension ? initial->momentum[j] : 0;
        if (initial->envelope == KL_ENVELOPE_UNIFORM)
            p[j] = round(p[j] * (double)sites) / (double)sites;
    }
}

double kl_initial_outside(const kl_initial *initial, int dimension, double ell)
{
    double inside = 1;
    for (int j = 0; j < dimension; j++) {
        double low = (-ell / 2 - initial->center[j]) / initial->width;
        double high = (ell / 2 - initial->center[j]) / initial->width;
        if (initial->envelope == KL_ENVELOPE_GAUSSIAN) {
            inside *= 0.5 * (erf(high * M_SQRT1_2) - erf(low * M_SQRT1_2));
        } else if (initial->envelope == KL_ENVELOPE_BUMP) {
            enum { POINTS = 2000 }; /* the trapezoid rule converges faster than any power */
            double part = 0, all = 0;
            for (int i = 1; i < POINTS; i++) {
                double u = -1 + 2.0 * i / POINTS, density = exp(-2 / (1 - u * u));
                all += density;
                part += u > low && u < high ? density : 0;
            }
            inside *= part / all;
        }
    }
    return 1 - inside;
}

double kl_initial_envelope(const kl_initial *initial, double distance)
{
    double u = distance / initial->width;
    if (initial->envelope == KL_ENVELOPE_GAUSSIAN)
        return exp(-u * u / 4);
    return fabs(u) < 1 ? exp(-1 / (1 - u * u)) : 0;
}

static int image_range(const kl_initial *initial, double ell)
{
    double far = 0, extent = initial->envelope == KL_ENVELOPE_GAUSSIAN ? reach : 1;
    for (int j = 0; j < 3; j++)
        far = fmax(far, fabs(initial->center[j]));
    return 1 + (int)((far + extent * initial->width) / ell);
}

static void free_axis(kl_axis_images *axis)
{
    free(axis->h);
    free(axis->wave);
    free(axis->sum);
}

static kl_status make_axis(const kl_initial *initial, const kl_lattice *lattice, int j,
                           kl_axis_images *axis, kl_error *err)
{
    const int64_t L = lattice->sites;
    double p[3];
    kl_initial_momentum(initial, lattice->dimension, L, p);
    axis->range = image_range(initial, initial->mu * (double)L);
    if (initial->envelope == KL_ENVELOPE_UNIFORM)
        axis->range = 0;
    const size_t n = (size_t)(2 * axis->range + 1);
    KL_TRY(kl_alloc((size_t)L * n, sizeof *axis->h, "envelope", &axis->h, err));
    KL_TRY(kl_alloc((size_t)L * n, sizeof *axis->wave, "envelope", &axis->wave, err));
    KL_TRY(kl_alloc((size_t)L, sizeof *axis->sum, "envelope", &axis->sum, err));
    for (int64_t i = 0; i < L; i++)
        for (int m = -axis->range; m <= axis->range; m++) {
            const size_t at = (size_t)i * n + (size_t)(m + axis->range);
            double x = (double)(kl_lattice_coordinate(lattice, i) + m * L);
            double h = initial->envelope == KL_ENVELOPE_UNIFORM
                           ? 1
                           : kl_initial_envelope(initial, initial->mu * x - initial->center[j]);
            double turn = fmod(p[j] * x, 1);
            axis->h[at] = h;
            axis->wave[at] = h * (cos(2 * M_PI * turn) + I * sin(2 * M_PI * turn));
            axis->sum[i] += axis->wave[at];
        }
    return KL_OK;
}

static int64_t site_of_delta(const kl_initial *initial, int64_t sites, int j)
{
    const int64_t x = llround(initial->center[j] / initial->mu);
    return (x % sites + sites) % sites;
}

kl_status kl_initial_axis(const kl_initial *initial, int dimension, int64_t sites, int j,
                          double complex *amplitude, kl_error *err)
{
    const kl_lattice lattice = {.dimension = dimension, .sites = sites};
    kl_axis_images axis = {0};
    double norm = 0;
    if (initial->envelope == KL_ENVELOPE_DELTA) {
        memset(amplitude, 0, (size_t)sites * sizeof *amplitude);
        amplitude[site_of_delta(initial, sites, j)] = 1;
        return KL_OK;
    }
    kl_status status = make_axis(initial, &lattice, j, &axis, err);
    for (int64_t i = 0; status == KL_OK && i < sites; i++)
        norm += creal(axis.sum[i] * conj(axis.sum[i]));
    if (status == KL_OK && !(norm > 0))
        status = kl_fail(err, KL_BUG, "the initial state vanishes on the lattice");
    for (int64_t i = 0; status == KL_OK && i < sites; i++)
        amplitude[i] = axis.sum[i] / sqrt(norm);
    free_axis(&axis);
    return status;
}

bool kl_initial_linear(const kl_initial *initial)
{
    for (int j = 0; j < 9; j++)
        if (initial->hessian[j / 3][j % 3] != 0)
            return false;
    return initial->higher.nterms == 0 && initial->higher.nwaves == 0;
}

void kl_initial_gradient(const kl_initial *initial, int dimension, const double x[3], double v[3])
{
    for (int j = 0; j < 3; j++) {
        v[j] = j < dimension ? initial->momentum[j] : 0;
        for (int k = 0; j < dimension && k < dimension; k++)
            v[j] += initial->hessian[j][k] * x[k];
    }
    kl_phase_gradient(&initial->higher, x, v);
}

static bool p_is_zero(const kl_initial *initial, const kl_lattice *lattice)
{
    double p[3];
    kl_initial_momentum(initial, lattice->dimension, lattice->sites, p);
    return p[0] == 0 && p[1] == 0 && p[2] == 0;
}

/* exp(2 pi i (S(X) - p.X)/mu) at the site x: mu x.A.x/2 turns, and higher(X)/mu. */
static complex double bend(const kl_initial *initial, int d, const double x[3])
{
    double turns = 0;
    for (int j = 0; j < d; j++)
        for (int k = 0; k < d; k++)
            turns += x[j] * initial->hessian[j][k] * x[k];
    turns = fmod(0.5 * initial->mu * turns, 1);
    if (initial->higher.nterms + initial->higher.nwaves > 0) {
        const double X[3] = {initial->mu * x[0], initial->mu * x[1], initial->mu * x[2]};
        turns += fmod(kl_phase_value(&initial->higher, X) / initial->mu, 1);
    }
    return cos(2 * M_PI * turns) + I * sin(2 * M_PI * turns);
}

/* The sum over images at one site when S is not linear. */
static complex double site_sum(const kl_initial *initial, const kl_lattice *lattice,
                               const kl_axis_images *axis, const int64_t index[3])
{
    const int d = lattice->dimension, n = 2 * axis[0].range + 1;
    const int n1 = d > 1 ? n : 1, n2 = d > 2 ? n : 1;
    complex double sum = 0;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n1; b++)
            for (int c = 0; c < n2; c++) {
                const int image[3] = {a, b, c};
                double x[3] = {0}, h = 1;
                complex double wave = 1;
                for (int j = 0; j < d; j++) {
                    size_t at = (size_t)index[j] * (size_t)n + (size_t)image[j];
                    h *= axis[j].h[at];
                    wave *= axis[j].wave[at];
                    x[j] = (double)(kl_lattice_coordinate(lattice, index[j]) +
                                    (image[j] - axis[j].range) * lattice->sites);
                }
                if (h > 1e-30)
                    sum += wave * bend(initial, d, x);
            }
    return sum;
}

static void store(kl_state *psi, int64_t local, complex double value)
{
    const int64_t at = kl_lattice_origin(psi->lattice) + local;
    double re = creal(value), im = cimag(value);
    kl_state_store(psi->precision, psi->re, at, 1, &re);
    kl_state_store(psi->precision, psi->im, at, 1, &im);
}

/* n sites of the last axis from site x on, at `at` in psi: factors of the other axes, and the norm.
 */
typedef struct run_of_sites {
    int64_t z, y, x, n, at;
} run_of_sites;

static void fill_run(const kl_axis_images *axis, double norm, const run_of_sites *run, double *re,
                     double *im, kl_state *psi)
{
    const int d = psi->lattice->dimension;
    const complex double *last = d > 1 ? axis[d - 1].sum + run->x : NULL;
    complex double outer = axis[0].sum[run->z] / sqrt(norm);
    if (d == 3)
        outer *= axis[1].sum[run->y];
    const double a = creal(outer), b = cimag(outer);
    for (int64_t i = 0; i < run->n; i++) {
        const double x = last ? creal(last[i]) : 1, y = last ? cimag(last[i]) : 0;
        re[i] = a * x - b * y;
        im[i] = a * y + b * x;
    }
    kl_state_store(psi->precision, psi->re, run->at, run->n, re);
    kl_state_store(psi->precision, psi->im, run->at, run->n, im);
}

static void fill_pencil(const kl_axis_images *axis, double norm, double *row, kl_state *psi)
{
    const kl_pencils *p = psi->lattice->pencils;
    const int64_t n = p->sites, L = psi->lattice->sites;
    if (p->rows == 0)
        return;
    run_of_sites run = {.x = kl_pencils_start(p, 1), .n = n};
    for (run.y = 0; run.y < L; run.y++)
        for (int64_t z = 0; z < p->rows; z++, run.at += n) {
            run.z = kl_pencils_start(p, 0) + z;
            fill_run(axis, norm, &run, row, row + n, psi);
        }
}

/* Rows from..to-1 of each plane of a rank, whose psi this is. */
static void fill_planes(const kl_axis_images *axis, double norm, int rank, int64_t from, int64_t to,
                        double *row, kl_state *psi)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_row(lattice), rows = kl_lattice_rows(lattice);
    const int64_t first = kl_lattice_first(lattice, rank);
    run_of_sites run = {.n = n};
    for (run.z = first; run.z < kl_lattice_first(lattice, rank + 1); run.z++)
        for (run.y = from; run.y < to; run.y++) {
            run.at = kl_lattice_origin(lattice) + ((run.z - first) * rows + run.y) * n;
            fill_run(axis, norm, &run, row, row + n, psi);
        }
}

/* The planes of a node by its ranks together. */
static void fill_node(const kl_axis_images *axis, double norm, double *row, const kl_state *psi)
{
    const kl_pencils *p = psi->lattice->pencils;
    for (int mate = 0; mate < p->team->ranks; mate++) {
        kl_state theirs = *psi;
        theirs.re = kl_team_at(p->team, mate, psi->re);
        theirs.im = kl_team_at(p->team, mate, psi->im);
        fill_planes(axis, norm, kl_pencils_mate(p, mate), kl_pencils_row(p, p->team->rank),
                    kl_pencils_row(p, p->team->rank + 1), row, &theirs);
    }
}

static void fill_slab(const kl_axis_images *axis, double norm, double *row, kl_state *psi)
{
    const kl_lattice *lattice = psi->lattice;
    const kl_team *team = lattice->pencils ? lattice->pencils->team : NULL;
    if (!team) {
        fill_planes(axis, norm, lattice->rank, 0, kl_lattice_rows(lattice), row, psi);
        return;
    }
    MPI_Barrier(lattice->comm); /* nobody works on it any more */
    if (kl_team_has(team, psi->re) && kl_team_has(team, psi->im))
        fill_node(axis, norm, row, psi);
    else
        fill_planes(axis, norm, lattice->rank, 0, kl_lattice_rows(lattice), row, psi);
    MPI_Barrier(lattice->comm);
}

/* S linear: psi is a product over axes, and so is its norm. In a slab, or, for d = 3, in a pencil.
 */
static kl_status fill_product(const kl_axis_images *axis, kl_state *psi, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t L = lattice->sites, n = kl_lattice_row(lattice);
    double norm = 1, *row = NULL;
    for (int j = 0; j < lattice->dimension; j++) {
        double sum = 0;
        for (int64_t i = 0; i < L; i++)
            sum += creal(axis[j].sum[i]) * creal(axis[j].sum[i]) +
                   cimag(axis[j].sum[i]) * cimag(axis[j].sum[i]);
        norm *= sum;
    }
    if (!(norm > 0))
        return kl_fail(err, KL_BUG, "the initial state vanishes on the lattice");
    KL_TRY(kl_agree(lattice->comm, kl_alloc(2 * (size_t)n, sizeof *row, "a row", &row, err), err));
    if (psi->pencil)
        fill_pencil(axis, norm, row, psi);
    else
        fill_slab(axis, norm, row, psi);
    free(row);
    return KL_OK;
}

/* A packet whose axes are tabulated; `amplitude` multiplies it in a superposition. */
typedef struct packet {
    const kl_initial *initial;
    kl_axis_images axis[3];
    kl_quadratic quadratic; /* where `by_rows` */
    bool by_rows;
    complex double amplitude, *row; /* [L] */
} packet;

/* The row at the indices outer[] of the other axes (one site if d = 1), to p->row. */
static void fill_row(packet *p, const kl_lattice *lattice, const int64_t outer[2])
{
    const int d = lattice->dimension;
    if (p->by_rows) {
        kl_quadratic_row(&p->quadratic, outer, p->row);
        return;
    }
    for (int64_t i = 0; i < kl_lattice_row(lattice); i++) {
        const int64_t index[3] = {outer[0], d == 2 ? i : outer[1], i};
        p->row[i] = 1;
        for (int j = 0; j < d; j++)
            p->row[i] *= p->axis[j].sum[index[j]];
        if (!kl_initial_linear(p->initial))
            p->row[i] = site_sum(p->initial, lattice, p->axis, index);
    }
}

/* norm[p] = sum over each owned plane of |scale sum_i amplitude_i packet_i|^2; stores
 * that sum in psi, if there is one. */
static void sum_planes(int n, packet *packets, const kl_lattice *lattice, double scale,
                       kl_state *psi, double *norm)
{
    const int64_t width = kl_lattice_row(lattice), rows = kl_lattice_rows(lattice);
    for (int64_t r = 0; r < lattice->count * rows; r++) {
        const int64_t p = r / rows, outer[2] = {lattice->first + p, r % rows};
        if (r % rows == 0)
            norm[p] = 0;
        for (int k = 0; k < n; k++)
            fill_row(&packets[k], lattice, outer);
        for (int64_t i = 0; i < width; i++) {
            complex double value = 0;
            for (int k = 0; k < n; k++)
                value += packets[k].amplitude * packets[k].row[i];
            value *= scale;
            norm[p] += creal(value) * creal(value) + cimag(value) * cimag(value);
            if (psi)
                store(psi, r * width + i, value);
        }
    }
}

/* Collective. 1/sqrt of the norm of the sum of n packets; `work` is a number per plane. */
static kl_status unit_scale(int n, packet *packets, const kl_lattice *lattice, double *work,
                            double *scale, kl_error *err)
{
    double total = 0;
    sum_planes(n, packets, lattice, 1, NULL, work);
    KL_TRY(kl_planes_sum(lattice, work, 1, &total, NULL, err));
    if (!(total > 0))
        return kl_fail(err, KL_BUG, "the initial state vanishes on the lattice");
    *scale = 1 / sqrt(total);
    return KL_OK;
}

/* Collective. */
static kl_status fill_sum(int n, packet *packets, kl_state *psi, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    double *work = NULL, scale = 1;
    kl_status status = kl_alloc((size_t)lattice->count, sizeof *work, "norms", &work, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    for (int i = 0; i < n && n > 1; i++) {
        const double turns = packets[i].initial->angle;
        KL_GOTO(unit_scale(1, &packets[i], lattice, work, &scale, err));
        packets[i].amplitude = packets[i].initial->weight * scale *
                               (cos(2 * M_PI * turns) + I * sin(2 * M_PI * turns));
    }
    KL_GOTO(unit_scale(n, packets, lattice, work, &scale, err));
    sum_planes(n, packets, lattice, scale, psi, work);
done:
    free(work);
    return status;
}

void kl_initial_site(const int64_t index[3], kl_state *psi)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t L = lattice->sites;
    int64_t in_plane = 0;
    for (int j = 1; j < lattice->dimension; j++)
        in_plane = in_plane * L + index[j];
    const size_t bytes = (size_t)kl_lattice_extent(lattice) * kl_precision_size(psi->precision);
    memset(psi->re, 0, bytes); /* whatever it held before, NaN too */
    memset(psi->im, 0, bytes);
    if (index[0] >= lattice->first && index[0] < lattice->first + lattice->count)
        store(psi, (index[0] - lattice->first) * lattice->plane + in_plane, 1);
    psi->real = true;
}

static void fill_delta(const kl_initial *initial, kl_state *psi)
{
    int64_t index[3];
    for (int j = 0; j < psi->lattice->dimension; j++)
        index[j] = site_of_delta(initial, psi->lattice->sites, j);
    kl_initial_site(index, psi);
}

static kl_status make_packet(const kl_initial *initial, const kl_lattice *lattice, packet *p,
                             kl_error *err)
{
    const kl_phase_sum *higher = &initial->higher;
    p->initial = initial;
    p->amplitude = 1;
    for (int j = 0; j < lattice->dimension; j++)
        KL_TRY(make_axis(initial, lattice, j, &p->axis[j], err));
    KL_TRY(kl_alloc((size_t)kl_lattice_row(lattice), sizeof *p->row, "a row", &p->row, err));
    p->by_rows = lattice->dimension > 1 && !kl_initial_linear(initial) &&
                 higher->nterms + higher->nwaves == 0;
    if (p->by_rows)
        KL_TRY(kl_quadratic_create(initial, lattice, p->axis, &p->quadratic, err));
    return KL_OK;
}

bool kl_initial_pointwise(int n, const kl_initial *initial)
{
    return n == 1 && initial->envelope != KL_ENVELOPE_DELTA && kl_initial_linear(initial);
}

kl_status kl_initial_superpose(int n, const kl_initial *initial, kl_state *psi, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const bool product = n == 1 && kl_initial_linear(initial);
    packet *packets = NULL;
    if (n == 1 && initial->envelope == KL_ENVELOPE_DELTA) {
        fill_delta(initial, psi);
        return KL_OK;
    }
    kl_status status = kl_alloc((size_t)n, sizeof *packets, "initial state", &packets, err);
    for (int i = 0; status == KL_OK && i < n; i++)
        status = make_packet(&initial[i], lattice, &packets[i], err);
    status = kl_agree(lattice->comm, status, err);
    if (status == KL_OK)
        status = product ? fill_product(packets[0].axis, psi, err) : fill_sum(n, packets, psi, err);
    psi->real = product && p_is_zero(initial, lattice);
    for (int i = 0; packets && i < n; i++) {
        for (int j = 0; j < 3; j++)
            free_axis(&packets[i].axis[j]);
        kl_quadratic_destroy(&packets[i].quadratic);
        free(packets[i].row);
    }
    free(packets);
    return status;
}

kl_status kl_initial_fill(const kl_initial *initial, kl_state *psi, kl_error *err)
{
    return kl_initial_superpose(1, initial, psi, err);
}
