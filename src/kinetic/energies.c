/* Pieces of the band and their Chebyshev points. */
#include "kinetic/energies.h"

#include "base/memory.h"
#include "kinetic/quadrature.h"
#include "kinetic/shell.h"

#include <math.h>
#include <stdlib.h>

static const double DEEPEST = 30; /* 4 exp(-30) = 4e-13: energies beyond weigh nothing */

int kl_energy_parts(int dimension)
{
    return dimension;
}

int kl_energy_part(int dimension, double energy)
{
    if (dimension == 2)
        return energy < 0 ? 0 : 1;
    return energy < -2 ? 0 : energy < 2 ? 1 : 2;
}

double kl_energy_variable(int dimension, int part, double energy)
{
    if (dimension == 2) {
        double e = part ? energy : -energy;
        return e < 4 * exp(-DEEPEST) ? DEEPEST : fmax(-log(e / 4), 0);
    }
    return acos(fmax(fmin((4 * (part - 1) - energy) / 2, 1), -1));
}

double kl_energy_at(int dimension, int part, double y)
{
    if (dimension == 2)
        return (part ? 4 : -4) * exp(-y);
    return 4 * (part - 1) - 2 * cos(y);
}

double kl_energy_slope(int dimension, int part, double y)
{
    if (dimension == 2)
        return fabs(kl_energy_at(dimension, part, y));
    return 2 * sin(y);
}

int kl_energy_cusps(int dimension, double cusp[2])
{
    cusp[0] = dimension == 2 ? 0 : -2;
    cusp[1] = 2;
    return dimension - 1;
}

static int pieces_of(const kl_range *range)
{
    return range->share > 0 ? (int)ceil(fmax(range->high - range->low, 1e-3) / M_PI_2 - 1e-9) : 0;
}

/* Points of one piece: a quarter of the band takes about 2 points a digit. */
static int points_of(double length, double share, double accuracy, double last)
{
    double digits = fmax(log10(share / accuracy), 1);
    double n = 2 + digits * (0.5 + 0.9 * length) + 0.5 * length * last;
    return (int)fmin(ceil(n), KL_PIECE_POINTS);
}

kl_status kl_energies_create(int dimension, const kl_range range[KL_BAND_PARTS], double accuracy,
                             double last, kl_energies *out, kl_error *err)
{
    int pieces = 0;
    *out = (kl_energies){.dimension = dimension};
    for (int part = 0; part < kl_energy_parts(dimension); part++)
        pieces += pieces_of(&range[part]);
    size_t most = (size_t)pieces * KL_PIECE_POINTS;
    KL_TRY(kl_alloc((size_t)pieces, sizeof *out->piece, "energies", &out->piece, err));
    KL_TRY(kl_alloc(most, sizeof(double), "energies", &out->energy, err));
    KL_TRY(kl_alloc(most, sizeof(double), "energies", &out->density, err));
    KL_TRY(kl_alloc(most, sizeof(double), "energies", &out->share, err));
    for (int part = 0; part < kl_energy_parts(dimension); part++) {
        const kl_range *r = &range[part];
        int cuts = pieces_of(r);
        /* a range of no length is widened, to tell its points apart */
        double middle = 0.5 * (r->low + r->high), half = fmax(0.5 * (r->high - r->low), 1e-6);
        for (int i = 0; i < cuts; i++) {
            kl_energy_piece *p = &out->piece[out->npieces++];
            p->part = part;
            p->low = fmax(middle - half + 2 * half * i / cuts, 0);
            p->high = middle - half + 2 * half * (i + 1) / cuts;
            if (dimension == 3)
                p->high = fmin(p->high, M_PI);
            p->first = out->count;
            p->count = points_of(p->high - p->low, r->share, accuracy, last);
            for (int k = 0; k < p->count; k++, out->count++) {
                double y = kl_chebyshev_node(p->count, p->low, p->high, k);
                out->energy[out->count] = kl_energy_at(dimension, part, y);
                out->density[out->count] =
                    kl_shell_density_of_states(dimension, out->energy[out->count]);
                out->share[out->count] = r->share;
            }
        }
    }
    return KL_OK;
}

void kl_energies_destroy(kl_energies *energies)
{
    free(energies->piece);
    free(energies->energy);
    free(energies->density);
    free(energies->share);
    *energies = (kl_energies){0};
}

int kl_energies_row(const kl_energies *energies, int part, double energy, double *row)
{
    double y = kl_energy_variable(energies->dimension, part, energy);
    int i = 0;
    while (i + 1 < energies->npieces &&
           (energies->piece[i].part != part ||
            (y > energies->piece[i].high && energies->piece[i + 1].part == part)))
        i++;
    const kl_energy_piece *p = &energies->piece[i];
    kl_chebyshev_row(p->count, p->low, p->high, y, row);
    return i;
}

void kl_energies_uniform(const kl_energies *energies, double *weight)
{
    enum { NODES = 80 };
    double x[NODES], w[NODES], row[KL_PIECE_POINTS];
    kl_gauss_legendre(NODES, x, w);
    for (int i = 0; i < energies->count; i++)
        weight[i] = 0;
    for (int i = 0; i < energies->npieces; i++) {
        const kl_energy_piece *p = &energies->piece[i];
        for (int g = 0; g < NODES; g++) {
            double y = p->low + (p->high - p->low) * x[g];
            double energy = kl_energy_at(energies->dimension, p->part, y);
            double part = (p->high - p->low) * w[g] *
                          kl_energy_slope(energies->dimension, p->part, y) *
                          kl_shell_density_of_states(energies->dimension, energy);
            kl_chebyshev_row(p->count, p->low, p->high, y, row);
            for (int k = 0; k < p->count; k++)
                weight[p->first + k] += part * row[k];
        }
    }
}
