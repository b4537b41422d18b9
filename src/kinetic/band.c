/* d = 1: E = 2 cos a, 0 < a < pi/2. d = 2: with a, b = 2 pi k_j, s = (a+b)/2, r = (a-b)/2,
 *
 *   e = 4 cos s cos r,   |w|^2 = 8 (sin^2 s cos^2 r + cos^2 s sin^2 r),
 *
 * so that all singularities lie on the edges of 0 < s, r < pi/2. d = 3: shells (shell.h) at nodes
 * in the energy on (0, 2) and (2, 6). */
#include "kinetic/band.h"

#include "base/memory.h"
#include "kinetic/departure.h"
#include "kinetic/quadrature.h"
#include "kinetic/shell.h"

#include <math.h>
#include <stdlib.h>

enum { SHELL = 56 }; /* resolution of a shell: 1e-8 */

typedef struct piece {
    double from, to;
} piece;

/* The pieces of the variable: a in d = 1, else E. */
static int pieces_of(int dimension, piece out[2])
{
    out[0] = (piece){0, dimension == 1 ? M_PI_2 : dimension == 2 ? 4 : 2};
    out[1] = (piece){2, 6};
    return dimension == 3 ? 2 : 1;
}

static double node_of(const piece *p, int half, int i, double *weight)
{
    const double length = p->to - p->from;
    double near;
    kl_double_exponential(half, i, length, &near, weight);
    *weight *= kl_double_exponential_scale(half, length);
    return i < 0 ? p->from + near : p->to - near;
}

static kl_status square_of(int dimension, double energy, double *square, kl_error *err)
{
    kl_shell shell;
    double sum = 0, all = 0;
    KL_TRY(kl_shell_create(dimension, energy, SHELL, &shell, err));
    for (int i = 0; i < shell.npoints; i++) {
        double sines = 0;
        for (int j = 0; j < dimension; j++)
            sines += shell.sine[j][i] * shell.sine[j][i];
        sum += shell.weight[i] * 4 * sines;
        all += shell.weight[i];
    }
    *square = sum / all;
    kl_shell_destroy(&shell);
    return KL_OK;
}

/* Nothing where rounding has moved the node to a van Hove energy. */
static kl_status add_node(kl_band *b, double x, double weight, kl_error *err)
{
    const int d = b->dimension, at = b->n;
    const double energy = d == 1 ? 2 * cos(x) : x;
    kl_resolvent(d, energy, &b->re[at], &b->im[at]);
    if (!(energy > 0 && energy < 2 * d) || !isfinite(b->im[at]) || !isfinite(b->re[at]))
        return KL_OK;
    b->energy[at] = energy;
    b->weight[at] = d == 1 ? weight * M_2_PI : 2 * weight * -b->im[at] / M_PI;
    if (b->square && d == 1)
        b->square[at] = 4 * sin(x) * sin(x);
    if (b->square && d > 1)
        KL_TRY(square_of(d, energy, &b->square[at], err));
    b->n++;
    return KL_OK;
}

static kl_status allocate(int dimension, int most, bool squares, kl_band *band, kl_error *err)
{
    *band = (kl_band){.dimension = dimension};
    KL_TRY(kl_alloc(5 * (size_t)most, sizeof *band->weight, "energies", &band->weight, err));
    band->energy = band->weight + most;
    band->re = band->weight + 2 * most;
    band->im = band->weight + 3 * most;
    band->square = squares ? band->weight + 4 * most : NULL;
    return KL_OK;
}

kl_status kl_band_create(int dimension, int half, bool squares, kl_band *band, kl_error *err)
{
    piece pieces[2];
    const int npieces = pieces_of(dimension, pieces);
    KL_TRY(allocate(dimension, npieces * (2 * half + 1), squares, band, err));
    for (int p = 0; p < npieces; p++)
        for (int i = -half; i <= half; i++) {
            double weight;
            const double x = node_of(&pieces[p], half, i, &weight);
            KL_TRY(add_node(band, x, weight, err));
        }
    return KL_OK;
}

/* Does G diverge so near to E that rounding of E decides its value? */
static bool diverges(int dimension, double energy)
{
    const double lost = 1e-12;
    return (dimension < 3 && 2 * dimension - fabs(energy) < lost) ||
           (dimension == 2 && fabs(energy) < lost);
}

kl_status kl_band_at(int dimension, const double momentum[3], kl_band *band, double *first,
                     kl_error *err)
{
    double energy = 0;
    *first = 0;
    for (int j = 0; j < dimension; j++) {
        energy += 2 * cos(2 * M_PI * momentum[j]);
        *first += 4 * pow(sin(2 * M_PI * momentum[j]), 2);
    }
    *band = (kl_band){0};
    if (diverges(dimension, energy))
        return kl_fail(err, KL_INPUT, "e(p) = %.6g: there the limit does not exist", round(energy));
    KL_TRY(allocate(dimension, 1, true, band, err));
    band->n = 1;
    band->weight[0] = 1;
    band->energy[0] = fabs(energy);
    kl_resolvent(dimension, band->energy[0], band->re, band->im);
    if (dimension == 1)
        band->square[0] = *first;
    else
        KL_TRY(square_of(dimension, band->energy[0], band->square, err));
    return KL_OK;
}

void kl_band_destroy(kl_band *band)
{
    free(band->weight);
    *band = (kl_band){0};
}

static void visit_line(int half, kl_momentum_visit visit, void *context)
{
    for (int i = -half; i <= half; i++) {
        kl_momentum at;
        const double a = node_of(&(piece){0, M_PI_2}, half, i, &at.weight);
        at.weight *= M_2_PI;
        at.speed = 2 * sin(a);
        at.re = 0;
        at.im = -1 / at.speed;
        visit(&at, context);
    }
}

static void visit_square(int half, kl_momentum_visit visit, void *context)
{
    const piece quarter = {0, M_PI_2};
    for (int i = -half; i <= half; i++)
        for (int k = -half; k <= half; k++) {
            double ws, wr;
            const double s = node_of(&quarter, half, i, &ws), r = node_of(&quarter, half, k, &wr);
            const double a = sin(s) * cos(r), b = cos(s) * sin(r);
            kl_momentum at = {.weight = ws * wr * M_2_PI * M_2_PI, .speed = sqrt(8) * hypot(a, b)};
            kl_resolvent(2, 4 * cos(s) * cos(r), &at.re, &at.im);
            if (isfinite(at.re) && at.speed > 0)
                visit(&at, context);
        }
}

static kl_status visit_shell(double energy, double weight, kl_momentum_visit visit, void *context,
                             kl_error *err)
{
    kl_shell shell;
    kl_momentum at;
    if (!(energy > 0 && energy < 6))
        return KL_OK;
    kl_resolvent(3, energy, &at.re, &at.im);
    KL_TRY(kl_shell_create(3, energy, SHELL, &shell, err));
    for (int i = 0; i < shell.npoints; i++) {
        at.weight = 2 * weight * shell.weight[i];
        at.speed = 2 * hypot(hypot(shell.sine[0][i], shell.sine[1][i]), shell.sine[2][i]);
        if (at.speed > 0)
            visit(&at, context);
    }
    kl_shell_destroy(&shell);
    return KL_OK;
}

kl_status kl_momenta_visit(int dimension, int half, kl_momentum_visit visit, void *context,
                           kl_error *err)
{
    piece pieces[2];
    const int npieces = pieces_of(dimension, pieces);
    if (dimension == 1)
        visit_line(half, visit, context);
    if (dimension == 2)
        visit_square(half, visit, context);
    for (int p = 0; dimension == 3 && p < npieces; p++)
        for (int i = -half; i <= half; i++) {
            double weight;
            const double energy = node_of(&pieces[p], half, i, &weight);
            KL_TRY(visit_shell(energy, weight, visit, context, err));
        }
    return KL_OK;
}
