#include "classical/bells.h"

#include "base/gauss_legendre.h"
#include "base/memory.h"
#include "classical/radial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which functions ---- */

typedef struct extent {
    double widest, narrowest, side, most; /* of the box; of k */
} extent;

static extent measure(const kl_smooth *v, double reach, double accuracy)
{
    const double deviations = sqrt(2 * log(1 / accuracy));
    extent e = {0, INFINITY, 0, 0};
    for (int i = 0; i < v->ngaussians; i++) {
        e.widest = fmax(e.widest, v->gaussian[i].width);
        e.narrowest = fmin(e.narrowest, v->gaussian[i].width);
    }
    e.side = 2 * reach + deviations * e.widest;
    e.most = deviations / e.narrowest;
    return e;
}

/* n of all, and along each axis. */
static double count(const kl_smooth *v, const kl_phase_symmetry *s, double reach, double accuracy,
                    int along[3])
{
    const extent e = measure(v, reach, accuracy);
    double all = 1;
    for (int j = 0; j < 3; j++)
        along[j] = 1;
    if (v->ngaussians == 0)
        return 0;
    if (s->radial)
        return ceil(e.most * reach) + 14;
    for (int j = 0; j < s->dimension; j++) {
        const int waves = (int)ceil(e.most * e.side / (2 * M_PI));
        along[j] = s->mirror[j] ? waves + 1 : 2 * waves + 1;
        all *= along[j];
    }
    return all;
}

double kl_bells_count(const kl_smooth *interaction, const kl_phase_symmetry *symmetry, double reach,
                      double accuracy)
{
    int along[3];
    return count(interaction, symmetry, reach, accuracy, along);
}

/* The wave of function b along an axis: 0, 1, 1, 2, 2.. or, mirrored, 0, 1, 2.. */
static int wave_of(const kl_bells *bells, int axis, int b)
{
    return bells->symmetry.mirror[axis] ? b : (b + 1) / 2;
}

/* C_b of the cosine exp(i m kappa y) of one axis, per Gaussian. */
static double axis_coefficient(const kl_bells *bells, double width, int m)
{
    const double a = m * bells->wave * width;
    return (m > 0 ? 2 : 1) * bells->wave * width / sqrt(2 * M_PI) * exp(-a * a / 2);
}

static void set_products(kl_bells *bells, const kl_smooth *v)
{
    const int *along = bells->along;
    for (int b = 0; b < bells->n; b++) {
        const int at[3] = {b % along[0], b / along[0] % along[1], b / along[0] / along[1]};
        bells->c[b] = 0;
        for (int i = 0; i < v->ngaussians; i++) {
            double product = v->gaussian[i].amplitude;
            for (int j = 0; j < v->dimension; j++)
                product *= axis_coefficient(bells, v->gaussian[i].width, wave_of(bells, j, at[j]));
            bells->c[b] += product;
        }
    }
}

static void set_radial(kl_bells *bells, const kl_smooth *v, double most)
{
    const int d = v->dimension;
    kl_gauss_legendre(bells->n, bells->k, bells->scratch);
    for (int b = 0; b < bells->n; b++) {
        const double k = bells->k[b] *= most, weight = bells->scratch[b] * most;
        bells->c[b] = 0;
        for (int i = 0; i < v->ngaussians; i++) {
            const double w = v->gaussian[i].width;
            bells->c[b] += v->gaussian[i].amplitude * weight * (d == 3 ? sqrt(2 / M_PI) : 1) *
                           pow(w, d) * pow(k, d - 1) * exp(-k * k * w * w / 2);
        }
    }
}

kl_status kl_bells_create(const kl_smooth *interaction, const kl_phase_symmetry *symmetry,
                          double reach, double accuracy, kl_bells *out, kl_error *err)
{
    *out = (kl_bells){.symmetry = *symmetry};
    out->n = (int)count(interaction, symmetry, reach, accuracy, out->along);
    if (out->n == 0)
        return KL_OK;
    const extent e = measure(interaction, reach, accuracy);
    const size_t n = (size_t)out->n,
                 lines = (size_t)(out->along[0] + out->along[1] + out->along[2]);
    KL_TRY(kl_alloc(n, sizeof *out->k, "interaction", &out->k, err));
    KL_TRY(kl_alloc(n, sizeof *out->c, "interaction", &out->c, err));
    KL_TRY(kl_alloc(n + (KL_SMOOTH_DEGREE + 1) * lines, sizeof *out->scratch, "interaction",
                    &out->scratch, err));
    out->wave = 2 * M_PI / e.side;
    if (symmetry->radial)
        set_radial(out, interaction, e.most);
    else
        set_products(out, interaction);
    return KL_OK;
}

void kl_bells_destroy(kl_bells *bells)
{
    free(bells->k);
    free(bells->c);
    free(bells->scratch);
    *bells = (kl_bells){0};
}

/* ---- at a point ---- */

/* The functions of an axis at x, and their slopes (NULL: not asked for). */
static void along_axis(const kl_bells *bells, int axis, double x, double *value, double *slope)
{
    const int n = bells->along[axis], stride = bells->symmetry.mirror[axis] ? 1 : 2;
    const double c = cos(bells->wave * x), s = sin(bells->wave * x);
    double re = c, im = s;
    value[0] = 1;
    if (slope)
        slope[0] = 0;
    for (int b = 1; b < n; b += stride) {
        const double k = bells->wave * wave_of(bells, axis, b), next = re * c - im * s;
        value[b] = re;
        if (stride == 2)
            value[b + 1] = im;
        if (slope)
            slope[b] = -k * im;
        if (slope && stride == 2)
            slope[b + 1] = k * re;
        im = re * s + im * c;
        re = next;
    }
}

/* j(k r) and its derivative in r. */
static double bessel(int dimension, double k, double r, double *slope)
{
    const double s = k * r;
    if (dimension == 2) {
        if (slope)
            *slope = -k * j1(s);
        return j0(s);
    }
    if (s < 1e-3) {
        if (slope)
            *slope = -k * s / 3 * (1 - s * s / 10);
        return 1 - s * s / 6 * (1 - s * s / 20);
    }
    const double value = sin(s) / s;
    if (slope)
        *slope = (cos(s) - value) / r;
    return value;
}

static double length(const double x[3])
{
    return sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
}

/* All axes at x, one behind another in scratch: the functions of one and their slopes. */
static void all_axes(const kl_bells *bells, const double x[3], bool slopes, double *value[3],
                     double *slope[3])
{
    double *next = bells->scratch;
    for (int j = 0; j < 3; j++) {
        value[j] = next;
        slope[j] = next += bells->along[j];
        next += bells->along[j];
        if (j < bells->symmetry.dimension) {
            along_axis(bells, j, x[j], value[j], slopes ? slope[j] : NULL);
        } else {
            value[j][0] = 1;
            slope[j][0] = 0;
        }
    }
}

void kl_bells_add(const kl_bells *bells, const double x[3], double weight, double *sum)
{
    double *value[3], *slope[3];
    if (bells->symmetry.radial) {
        const double r = length(x);
        for (int b = 0; b < bells->n; b++)
            sum[b] += weight * bessel(bells->symmetry.dimension, bells->k[b], r, NULL);
        return;
    }
    if (bells->n == 0)
        return;
    all_axes(bells, x, false, value, slope);
    for (int c = 0; c < bells->along[2]; c++)
        for (int b = 0; b < bells->along[1]; b++) {
            const double factor = weight * value[2][c] * value[1][b];
            for (int a = 0; a < bells->along[0]; a++)
                *sum++ += factor * value[0][a];
        }
}

static double radial_value(const kl_bells *bells, const double *e, const double x[3], double *g)
{
    const double r = length(x);
    double sum = 0, slopes = 0, slope = 0;
    for (int b = 0; b < bells->n; b++) {
        sum += e[b] * bessel(bells->symmetry.dimension, bells->k[b], r, g ? &slope : NULL);
        slopes += e[b] * slope;
    }
    for (int j = 0; g && r > 0 && j < 3; j++)
        g[j] += slopes * x[j] / r;
    return sum;
}

double kl_bells_value(const kl_bells *bells, const double *e, const double x[3], double *g)
{
    double *value[3], *slope[3], sum = 0, to[3] = {0};
    if (bells->symmetry.radial)
        return radial_value(bells, e, x, g);
    if (bells->n == 0)
        return 0;
    all_axes(bells, x, true, value, slope);
    for (int c = 0; c < bells->along[2]; c++)
        for (int b = 0; b < bells->along[1]; b++) {
            double inner = 0, across = 0;
            for (int a = 0; a < bells->along[0]; a++, e++) {
                inner += *e * value[0][a];
                across += *e * slope[0][a];
            }
            sum += value[2][c] * value[1][b] * inner;
            to[0] += value[2][c] * value[1][b] * across;
            to[1] += value[2][c] * slope[1][b] * inner;
            to[2] += slope[2][c] * value[1][b] * inner;
        }
    for (int j = 0; g && j < 3; j++)
        g[j] += to[j];
    return sum;
}

/* ---- derivatives ---- */

typedef struct axes { /* Taylor coefficients of the functions along each axis, [n + 1][along] */
    const double *of[3];
} axes;

/* phi'' = -k^2 phi */
static axes expand(const kl_bells *bells, const double x[3], int degree)
{
    axes a;
    double *next = bells->scratch;
    for (int j = 0; j < 3; j++) {
        const int n = bells->along[j];
        double *at = next;
        a.of[j] = at;
        next += (size_t)n * (size_t)(degree + 1);
        memset(at, 0, (size_t)n * (size_t)(degree + 1) * sizeof *at);
        at[0] = 1;
        if (j >= bells->symmetry.dimension)
            continue;
        along_axis(bells, j, x[j], at, at + n);
        for (int i = 2; i <= degree; i++)
            for (int b = 0; b < n; b++) {
                const double k = bells->wave * wave_of(bells, j, b);
                at[i * n + b] = -k * k / (i * (i - 1)) * at[(i - 2) * n + b];
            }
    }
    return a;
}

static void moved_radially(const kl_bells *bells, const kl_monomials *m, const double x[3],
                           const double *moment, double weight, double *sum)
{
    double power[KL_SMOOTH_DEGREE + 1][KL_RADIAL_MONOMIALS], mean[KL_SMOOTH_DEGREE] = {0},
                                                             value[KL_SMOOTH_DEGREE + 1];
    const double r = length(x);
    kl_radial_powers(m, x, power);
    for (int n = 1; n <= m->degree; n++)
        for (int i = 1; i < m->n; i++)
            mean[n] += power[n][i] * moment[i - 1];
    for (int b = 0; b < bells->n; b++) {
        kl_radial_bessel(bells->symmetry.dimension, bells->k[b], r, value);
        for (int n = 1; n <= m->degree; n++)
            sum[b] += weight * value[n] * mean[n];
    }
}

void kl_bells_add_moved(const kl_bells *bells, const kl_monomials *m, const double x[3],
                        const double *moment, double weight, double *sum)
{
    const int *along = bells->along;
    if (bells->n == 0)
        return;
    if (bells->symmetry.radial) {
        moved_radially(bells, m, x, moment, weight, sum);
        return;
    }
    const axes t = expand(bells, x, m->degree);
    for (int c = 0; c < along[2]; c++)
        for (int b = 0; b < along[1]; b++) {
            double row[KL_SMOOTH_DEGREE + 1] = {0}; /* by the power of the first axis */
            for (int i = 1; i < m->n; i++) {
                const int *alpha = m->power[i];
                row[alpha[0]] += weight * moment[i - 1] * t.of[1][alpha[1] * along[1] + b] *
                                 t.of[2][alpha[2] * along[2] + c];
            }
            for (int a = 0; a < along[0]; a++, sum++)
                for (int k = 0; k <= m->degree; k++)
                    *sum += row[k] * t.of[0][k * along[0] + a];
        }
}

static void expand_radially(const kl_bells *bells, const double *e, const kl_monomials *m,
                            const double x[3], double *c)
{
    double power[KL_SMOOTH_DEGREE + 1][KL_RADIAL_MONOMIALS],
        all[KL_SMOOTH_DEGREE + 1] = {0}, value[KL_SMOOTH_DEGREE + 1];
    const double r = length(x);
    for (int b = 0; b < bells->n; b++) {
        kl_radial_bessel(bells->symmetry.dimension, bells->k[b], r, value);
        for (int n = 0; n <= KL_SMOOTH_DEGREE; n++)
            all[n] += e[b] * value[n];
    }
    kl_radial_powers(m, x, power);
    for (int n = 0; n <= KL_SMOOTH_DEGREE; n++)
        for (int i = 0; i < m->n; i++)
            c[i] += all[n] * power[n][i];
}

void kl_bells_taylor(const kl_bells *bells, const double *e, const kl_monomials *m,
                     const double x[3], double *c)
{
    const int *along = bells->along;
    if (bells->n == 0)
        return;
    if (bells->symmetry.radial) {
        expand_radially(bells, e, m, x, c);
        return;
    }
    const axes t = expand(bells, x, m->degree);
    for (int third = 0; third < along[2]; third++)
        for (int b = 0; b < along[1]; b++, e += along[0]) {
            double inner[KL_SMOOTH_DEGREE + 1] = {0};
            for (int k = 0; k <= m->degree; k++)
                for (int a = 0; a < along[0]; a++)
                    inner[k] += e[a] * t.of[0][k * along[0] + a];
            for (int i = 0; i < m->n; i++) {
                const int *gamma = m->power[i];
                c[i] += inner[gamma[0]] * t.of[1][gamma[1] * along[1] + b] *
                        t.of[2][gamma[2] * along[2] + third];
            }
        }
}
