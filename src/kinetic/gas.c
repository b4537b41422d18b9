#include "kinetic/gas.h"

#include "base/complex.h"
#include "base/memory.h"
#include "kinetic/quadrature.h"
#include "kinetic/shell.h"

#include <math.h>
#include <stdlib.h>

enum { RUNGS = 4, MOST_MODE = 64 };
static const double DEEPEST = 30; /* of y in d = 2, as in energies.c */

/* ---- averages over one shell ---- */

typedef struct sums { /* over points and their images, divided by N at the end */
    const kl_gas *gas;
    const kl_kinetic_observable *symbol;
    double complex power[3][2 * MOST_MODE + 1]; /* exp(i m theta_j), m = -MOST..MOST */
    int most;                                   /* of the modes, but for those beyond MOST_MODE */
    double occupation;
    double complex *b, *bj; /* [nsymbols] */
} sums;

static void make_powers(int most, double complex *power, double complex turn)
{
    power[MOST_MODE] = 1;
    for (int m = 1; m <= most; m++) {
        power[MOST_MODE + m] = kl_times(power[MOST_MODE + m - 1], turn);
        power[MOST_MODE - m] = conj(power[MOST_MODE + m]);
    }
}

static double complex wave(const sums *s, const double p[3], const int mode[3])
{
    double complex product = 1;
    for (int j = 0; j < s->gas->dimension; j++) {
        const int m = mode[j];
        product = kl_times(product, abs(m) <= MOST_MODE ? s->power[j][MOST_MODE + m]
                                                        : cexp(2 * M_PI * I * m * p[j]));
    }
    return product;
}

static void add_image(sums *s, const double p[3], double weight)
{
    const double j = s->gas->j.value(s->gas->j.context, p);
    s->occupation += weight * j;
    for (int k = 0; k < s->gas->nsymbols; k++) {
        const kl_kinetic_observable *o = &s->symbol[k];
        double complex b = 0;
        for (int n = 0; n < o->nmodes; n++)
            b +=
                kl_times(CMPLX(o->coefficient[n][0], o->coefficient[n][1]), wave(s, p, o->mode[n]));
        s->b[k] += weight * b;
        s->bj[k] += weight * b * j;
    }
}

static void add_point(sums *s, const kl_shell *shell, int i, double weight)
{
    const int d = shell->dimension;
    for (int image = 0; image < 1 << d; image++) {
        double p[3] = {0};
        for (int j = 0; j < d; j++) {
            const double sine = image >> j & 1 ? -shell->sine[j][i] : shell->sine[j][i];
            p[j] = atan2(sine, shell->cosine[j][i]) / (2 * M_PI);
            make_powers(s->most, s->power[j], shell->cosine[j][i] + I * sine);
        }
        add_image(s, p, weight / (1 << d));
    }
}

static int most_mode(const kl_gas *gas, const kl_kinetic_observable *symbol)
{
    int most = 0;
    for (int k = 0; k < gas->nsymbols; k++)
        for (int n = 0; n < symbol[k].nmodes; n++)
            for (int j = 0; j < gas->dimension; j++)
                if (abs(symbol[k].mode[n][j]) > most)
                    most = abs(symbol[k].mode[n][j]);
    return most < MOST_MODE ? most : MOST_MODE;
}

static kl_status average(kl_gas *gas, const kl_kinetic_observable *symbol, int at, int resolution,
                         kl_error *err)
{
    kl_shell shell;
    sums s = {.gas = gas,
              .symbol = symbol,
              .most = most_mode(gas, symbol),
              .b = gas->b + at * gas->nsymbols,
              .bj = gas->bj + at * gas->nsymbols};
    double total = 0;
    KL_TRY(kl_shell_create(gas->dimension, gas->energies.energy[at], resolution, &shell, err));
    for (int i = 0; i < shell.npoints; i++)
        total += shell.weight[i];
    for (int i = 0; i < shell.npoints; i++)
        add_point(&s, &shell, i, shell.weight[i] / total);
    gas->occupation[at] = s.occupation;
    kl_shell_destroy(&shell);
    return KL_OK;
}

/* ---- all shells ---- */

static kl_status allocate(kl_gas *gas, kl_error *err)
{
    const size_t n = (size_t)gas->energies.count, all = n * (size_t)gas->nsymbols;
    KL_TRY(kl_alloc(n, sizeof *gas->weight, "energy shells", &gas->weight, err));
    KL_TRY(kl_alloc(n, sizeof *gas->occupation, "energy shells", &gas->occupation, err));
    KL_TRY(kl_alloc(all, sizeof *gas->b, "energy shells", &gas->b, err));
    return kl_alloc(all, sizeof *gas->bj, "energy shells", &gas->bj, err);
}

kl_status kl_gas_create(int dimension, kl_occupation j, int nsymbols,
                        const kl_kinetic_observable *symbol, int rung, kl_gas *out, kl_error *err)
{
    static const double accuracy[RUNGS] = {1e-5, 1e-7, 1e-10, 1e-13};
    static const int resolution[RUNGS] = {24, 36, 52, 80};
    kl_range range[KL_BAND_PARTS];
    const int r = rung < RUNGS ? rung : RUNGS - 1;
    for (int part = 0; part < KL_BAND_PARTS; part++)
        range[part] = (kl_range){0, dimension == 2 ? DEEPEST : M_PI, 1};
    *out = (kl_gas){.dimension = dimension, .nsymbols = nsymbols, .j = j};
    KL_TRY(kl_energies_create(dimension, range, accuracy[r], 2, &out->energies, err));
    KL_TRY(allocate(out, err));
    kl_energies_uniform(&out->energies, out->weight);
    for (int i = 0; i < out->energies.count; i++)
        KL_TRY(average(out, symbol, i, resolution[r], err));
    return KL_OK;
}

void kl_gas_destroy(kl_gas *gas)
{
    kl_energies_destroy(&gas->energies);
    free(gas->weight);
    free(gas->occupation);
    free(gas->b);
    free(gas->bj);
    *gas = (kl_gas){0};
}

/* exp(-2 pi N_E T), N_E = 2 N(e). */
static double uncollided(double density, double time)
{
    return exp(-4 * M_PI * density * time);
}

void kl_gas_means(const kl_gas *gas, double time, double complex *value)
{
    for (int k = 0; k < gas->nsymbols; k++)
        value[k] = 0;
    for (int i = 0; i < gas->energies.count; i++) {
        const double left = uncollided(gas->energies.density[i], time);
        for (int k = 0; k < gas->nsymbols; k++) {
            const int at = i * gas->nsymbols + k;
            const double complex scattered = gas->b[at] * gas->occupation[i];
            value[k] += gas->weight[i] * (scattered + left * (gas->bj[at] - scattered));
        }
    }
}

void kl_gas_shell(const kl_gas *gas, double energy, double *occupation, double *density)
{
    const double e = 2 * energy;
    double row[KL_PIECE_POINTS];
    const int part = kl_energy_part(gas->dimension, e);
    const kl_energy_piece *piece =
        &gas->energies.piece[kl_energies_row(&gas->energies, part, e, row)];
    *occupation = *density = 0;
    for (int k = 0; k < piece->count; k++) {
        *occupation += row[k] * gas->occupation[piece->first + k];
        *density += 2 * row[k] * gas->energies.density[piece->first + k];
    }
}

double kl_gas_distribution(const kl_gas *gas, double time, const double p[3])
{
    double energy = 0, average, density;
    for (int j = 0; j < gas->dimension; j++)
        energy += cos(2 * M_PI * p[j]);
    kl_gas_shell(gas, energy, &average, &density);
    return average + uncollided(density / 2, time) * (gas->j.value(gas->j.context, p) - average);
}

/* ---- the shift ---- */

typedef struct slopes { /* d/dE of <J>_E and of each <b>_E at every energy */
    double *occupation, *b;
} slopes;

/* By central differences of the interpolation in y, which is good to about 1e-9. */
static void find_slopes(const kl_gas *gas, const kl_energy_piece *p, slopes *out)
{
    const double step = 1e-5 * (p->high - p->low);
    double up[KL_PIECE_POINTS], down[KL_PIECE_POINTS];
    for (int i = p->first; i < p->first + p->count; i++) {
        const double y = kl_energy_variable(gas->dimension, p->part, gas->energies.energy[i]);
        const double gap = kl_energy_at(gas->dimension, p->part, y + step) -
                           kl_energy_at(gas->dimension, p->part, y - step);
        kl_chebyshev_row(p->count, p->low, p->high, y + step, up);
        kl_chebyshev_row(p->count, p->low, p->high, y - step, down);
        for (int k = 0; k < p->count; k++) {
            const double share = 2 * (up[k] - down[k]) / gap; /* per E = e/2 */
            out->occupation[i] += share * gas->occupation[p->first + k];
            for (int q = 0; q < gas->nsymbols; q++)
                out->b[i * gas->nsymbols + q] +=
                    share * creal(gas->b[(p->first + k) * gas->nsymbols + q]);
        }
    }
}

static void add_pairs(const kl_gas *gas, int i, const slopes *slope, double *shift)
{
    const kl_energies *e = &gas->energies;
    const int n = gas->nsymbols;
    for (int q = 0; q < n; q++)
        shift[q] -= gas->weight[i] * gas->weight[i] * slope->occupation[i] * slope->b[i * n + q];
    for (int k = 0; k < i; k++) {
        const double gap = (e->energy[i] - e->energy[k]) / 2;
        const double pair = 2 * gas->weight[i] * gas->weight[k] *
                            (gas->occupation[i] - gas->occupation[k]) / (gap * gap);
        for (int q = 0; q < n && gap != 0; q++)
            shift[q] -= pair * creal(gas->b[i * n + q] - gas->b[k * n + q]);
    }
}

kl_status kl_gas_shift(const kl_gas *gas, double *shift, kl_error *err)
{
    const size_t n = (size_t)gas->energies.count, symbols = (size_t)gas->nsymbols;
    slopes slope = {NULL, NULL};
    kl_status status = kl_alloc(n, sizeof *slope.occupation, "shift", &slope.occupation, err);
    if (status == KL_OK)
        status = kl_alloc(n * symbols, sizeof *slope.b, "shift", &slope.b, err);
    for (size_t q = 0; q < symbols; q++)
        shift[q] = 0;
    for (int p = 0; status == KL_OK && p < gas->energies.npieces; p++)
        find_slopes(gas, &gas->energies.piece[p], &slope);
    for (int i = 0; status == KL_OK && i < (int)n; i++)
        add_pairs(gas, i, &slope, shift);
    free(slope.occupation);
    free(slope.b);
    return status;
}
