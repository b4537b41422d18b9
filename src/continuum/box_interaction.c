#include "continuum/box_interaction.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static int64_t points_of(const kl_box_grid *grid)
{
    return grid->position.n[0] * grid->position.n[1] * grid->position.n[2];
}

/* ---- tables ---- */

typedef struct filling {
    const kl_box_grid *grid;
    const kl_smooth *v;
    const kl_phase_wave *wave;
    complex double *kernel;
    double *cosine;
} filling;

/* Of one axis: the sum over images, which a Gaussian's product form allows. */
static double bell_of_images(double x, double width, double side)
{
    double sum = 0;
    for (int k = -1; k <= 1; k++)
        sum += exp(-(x + k * side) * (x + k * side) / (2 * width * width));
    return sum;
}

/* Point i of the grid stands for the difference i dx, wrapped. */
static void fill_kernel(void *context, int64_t i, const double x[3])
{
    const filling *f = context;
    f->kernel[i] = 0;
    for (int k = 0; k < f->v->ngaussians; k++) {
        double product = f->v->gaussian[k].amplitude;
        for (int j = 0; j < f->grid->dimension; j++)
            product *=
                bell_of_images(x[j] < 0 ? x[j] + f->grid->side / 2 : x[j] - f->grid->side / 2,
                               f->v->gaussian[k].width, f->grid->side);
        f->kernel[i] += product;
    }
}

static void fill_wave(void *context, int64_t i, const double x[3])
{
    const filling *f = context;
    const double *q = f->wave->wave,
                 angle = 2 * M_PI * fmod(q[0] * x[0] + q[1] * x[1] + q[2] * x[2], 1);
    f->cosine[2 * i] = cos(angle);
    f->cosine[2 * i + 1] = sin(angle);
}

static void fill(kl_box_interaction *m)
{
    const int64_t n = m->grid->sites, points = points_of(m->grid);
    filling f = {.grid = m->grid, .v = m->v, .kernel = m->result};
    kl_box_visit(m->grid, fill_kernel, &f);
    kl_box_forward(m->grid, m->result);
    for (int64_t i = 0; i < points; i++)
        m->kernel[i] = creal(m->result[i]) / (double)points;
    for (int64_t i = 0; i < n; i++) {
        m->power[i] = 1;
        for (int k = 1; k <= KL_PHASE_DEGREE; k++)
            m->power[k * n + i] = m->power[(k - 1) * n + i] * kl_box_position(m->grid, i);
    }
    for (int w = 0; w < m->v->sum.nwaves; w++) {
        f.wave = &m->v->sum.wave[w];
        f.cosine = m->wave + 2 * w * points;
        kl_box_visit(m->grid, fill_wave, &f);
    }
}

kl_status kl_box_interaction_create(const kl_box_grid *grid, const kl_smooth *v,
                                    kl_box_interaction *out, kl_error *err)
{
    const size_t points = (size_t)points_of(grid), n = (size_t)grid->sites,
                 waves = (size_t)v->sum.nwaves;
    *out = (kl_box_interaction){.grid = grid, .v = v};
    KL_TRY(kl_alloc(points, sizeof *out->kernel, "interaction", &out->kernel, err));
    KL_TRY(
        kl_alloc((KL_PHASE_DEGREE + 1) * n, sizeof *out->power, "interaction", &out->power, err));
    KL_TRY(kl_alloc(2 * waves * points, sizeof *out->wave, "interaction", &out->wave, err));
    KL_TRY(kl_box_array(grid, &out->result, err));
    fill(out);
    return KL_OK;
}

void kl_box_interaction_destroy(kl_box_interaction *m)
{
    free(m->kernel);
    free(m->power);
    free(m->wave);
    free(m->result);
    *m = (kl_box_interaction){0};
}

double kl_box_interaction_bytes(int dimension, int64_t sites, int waves)
{
    return pow((double)sites, dimension) * (24 + 16.0 * waves) +
           8.0 * (KL_PHASE_DEGREE + 1) * (double)sites;
}

double kl_box_interaction_images(const kl_smooth *v, double side, double reach)
{
    double sum = 0;
    for (int k = 0; k < v->ngaussians; k++) {
        const double from = fmax(0, side - 2 * reach), w = v->gaussian[k].width;
        sum += 2 * v->dimension * fabs(v->gaussian[k].amplitude) * exp(-from * from / (2 * w * w));
    }
    return sum;
}

/* ---- Gaussians ---- */

/* Times i k_axis/n^d of the kernel; the highest wave has no sign. */
static void multiply_slope(const kl_box_interaction *m, int axis)
{
    const kl_box_grid *grid = m->grid;
    const kl_layout *l = &grid->momentum;
    int64_t at = 0;
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++)
            for (int64_t c = 0; c < l->n[2]; c++, at++) {
                const int64_t k = l->axis[0] == axis ? a : l->axis[1] == axis ? b : c;
                const double factor =
                    k == grid->sites / 2 ? 0 : m->kernel[at] * kl_box_momentum(grid, k) / grid->eps;
                const complex double old = m->result[at];
                m->result[at] = CMPLX(-factor * cimag(old), factor * creal(old));
            }
}

/* result = kernel * g or d_axis kernel * g */
static void convolve(const kl_box_interaction *m, int axis, const complex double *g)
{
    const int64_t points = points_of(m->grid);
    memcpy(m->result, g, m->grid->local * sizeof *g);
    kl_box_forward(m->grid, m->result);
    if (axis >= 0)
        multiply_slope(m, axis);
    else
        for (int64_t i = 0; i < points; i++)
            m->result[i] *= m->kernel[i];
    kl_box_backward(m->grid, m->result);
}

/* ---- monomials: c prod_j (x_j - y_j)^n_j = c sum_k C(n, k) x^(n-k) (-y)^k ---- */

/* x^k along the places of the layout; NULL: no such axis. */
static void power_tables(const kl_box_interaction *m, const int power[3], const double *out[3])
{
    for (int place = 0; place < 3; place++) {
        const int axis = m->grid->position.axis[place];
        out[place] = axis < 0 ? NULL : m->power + power[axis] * m->grid->sites;
    }
}

static double entry(const double *table, int64_t i)
{
    return table ? table[i] : 1;
}

static complex double moment(const kl_box_interaction *m, const int power[3],
                             const complex double *g)
{
    const kl_layout *l = &m->grid->position;
    const double *t[3];
    complex double sum = 0;
    power_tables(m, power, t);
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++) {
            const complex double *line = g + (a * l->n[1] + b) * l->n[2];
            complex double part = 0;
            for (int64_t c = 0; c < l->n[2]; c++)
                part += line[c] * t[2][c];
            sum += part * (entry(t[0], a) * entry(t[1], b));
        }
    return sum;
}

static void add_power(const kl_box_interaction *m, const int power[3], complex double factor)
{
    const kl_layout *l = &m->grid->position;
    const double *t[3];
    power_tables(m, power, t);
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++) {
            complex double *line = m->result + (a * l->n[1] + b) * l->n[2];
            const complex double of_line = factor * (entry(t[0], a) * entry(t[1], b));
            for (int64_t c = 0; c < l->n[2]; c++)
                line[c] += of_line * t[2][c];
        }
}

static double binomial(int n, int k)
{
    double product = 1;
    for (int i = 0; i < k; i++)
        product = product * (n - i) / (i + 1);
    return product;
}

static void add_term(const kl_box_interaction *m, int axis, const kl_phase_term *term,
                     const complex double *g)
{
    int n[3] = {term->power[0], term->power[1], term->power[2]}, k[3];
    double c = term->coefficient;
    if (axis >= 0)
        c *= n[axis]--;
    if (c == 0)
        return;
    for (k[0] = 0; k[0] <= n[0]; k[0]++)
        for (k[1] = 0; k[1] <= n[1]; k[1]++)
            for (k[2] = 0; k[2] <= n[2]; k[2]++) {
                const int rest[3] = {n[0] - k[0], n[1] - k[1], n[2] - k[2]};
                const double sign = (k[0] + k[1] + k[2]) % 2 ? -1 : 1;
                add_power(m, rest,
                          sign * c * binomial(n[0], k[0]) * binomial(n[1], k[1]) *
                              binomial(n[2], k[2]) * moment(m, k, g));
            }
}

/* ---- waves: cos 2 pi q.(x - y) = cos cos + sin sin ---- */

static void add_wave(const kl_box_interaction *m, int axis, int w, const complex double *g)
{
    const kl_phase_wave *wave = &m->v->sum.wave[w];
    const int64_t points = points_of(m->grid);
    const double *t = m->wave + 2 * w * points;
    complex double cosine = 0, sine = 0;
    for (int64_t i = 0; i < points; i++) {
        cosine += g[i] * t[2 * i];
        sine += g[i] * t[2 * i + 1];
    }
    if (axis >= 0) { /* d/dx (c cos + s sin) = q (s cos - c sin) */
        const complex double old = cosine;
        const double q = 2 * M_PI * wave->wave[axis];
        cosine = q * sine;
        sine = -q * old;
    }
    for (int64_t i = 0; i < points; i++)
        m->result[i] += wave->cosine * (cosine * t[2 * i] + sine * t[2 * i + 1]);
}

void kl_box_interaction_apply(const kl_box_interaction *m, int axis, complex double *g)
{
    const int64_t points = points_of(m->grid);
    if (m->v->ngaussians > 0)
        convolve(m, axis, g);
    else
        memset(m->result, 0, (size_t)points * sizeof *g);
    for (int t = 0; t < m->v->sum.nterms; t++)
        add_term(m, axis, &m->v->sum.term[t], g);
    for (int w = 0; w < m->v->sum.nwaves; w++)
        add_wave(m, axis, w, g);
    memcpy(g, m->result, (size_t)points * sizeof *g);
}
