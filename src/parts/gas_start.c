#include "parts/gas_start.h"

#include "base/memory.h"
#include "parts/input_file.h"
#include "parts/plain_keys.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct start_keys {
    int type;
    double beta, mu;
    kl_reals a, q;
    const char *file;
    kl_node *envelope;
} start_keys;

static const char *const types[] = {"fermi_dirac", "step", "table", NULL};
static const char *const shapes[] = {"gaussian", NULL};

typedef struct shape_keys {
    int shape;
} shape_keys;
static const kl_key envelope_table[] = {{.name = "shape",
                                         KL_CHOICE_AT(shape_keys, shape, shapes),
                                         .flags = KL_REQUIRED,
                                         .doc = "of g^2(X), 1 at its centre"},
                                        {0}};

static const kl_key type_table[] = {{.name = "type",
                                     KL_CHOICE_AT(start_keys, type, types),
                                     .flags = KL_REQUIRED,
                                     .doc = "of the occupation J(p)"},
                                    {.name = "envelope",
                                     KL_MAP_AT(start_keys, envelope),
                                     .doc = "g(X); default: 1",
                                     KL_BELOW(envelope_table, kl_width_table, kl_center_table)},
                                    {0}};
static const kl_key beta_table[] = {{.name = "beta",
                                     KL_REAL_AT(start_keys, beta),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE_ABOVE(0, 1e3),
                                     .when = "type=fermi_dirac",
                                     .doc = "of 1/(1 + exp(beta (h - mu)))"},
                                    {0}};
static const kl_key level_table[] = {
    {.name = "mu",
     KL_REAL_AT(start_keys, mu),
     .flags = KL_REQUIRED,
     KL_RANGE(-1e3, 1e3),
     .when = "type=fermi_dirac,step",
     .doc = "J = 1/2 where h = mu"},
    {.name = "a",
     KL_REALS_AT(start_keys, a),
     KL_RANGE(-1e3, 1e3),
     .when = "type=fermi_dirac,step",
     .doc = "of h = sum_j a_j cos 2 pi (p_j - q_j); default: 1 each"},
    {.name = "q",
     KL_REALS_AT(start_keys, q),
     KL_RANGE(-1e3, 1e3),
     .when = "type=fermi_dirac,step",
     .doc = "where h is largest, in cycles per site; default: 0"},
    {0}};
static const kl_key file_table[] = {{.name = "file",
                                     KL_STRING_AT(start_keys, file),
                                     .flags = KL_REQUIRED,
                                     .when = "type=table",
                                     .doc = "n^d numbers J at p_j = k_j/n, the last axis fastest"},
                                    {0}};

typedef struct top_keys {
    kl_node *start;
} top_keys;
const kl_key kl_gas_start_map[] = {
    {.name = "start",
     KL_MAP_AT(top_keys, start),
     .flags = KL_REQUIRED,
     .doc = "the occupation of momenta",
     KL_BELOW(type_table, beta_table, level_table, file_table, kl_checksum_table)},
    {0}};

/* ---- the table ---- */

/* Appends the numbers of a file; *room doubles as it must. */
static kl_status read_numbers(FILE *file, const kl_node *node, const char *name, kl_gas_start *out,
                              size_t *count, kl_error *err)
{
    size_t room = 0;
    double value;
    int found;
    while ((found = fscanf(file, " %lf", &value)) == 1) {
        if (*count == room) {
            room = 2 * room + 64;
            double *longer = realloc(out->table, room * sizeof *longer);
            if (!longer)
                return kl_fail(err, KL_ENVIRONMENT, "no memory for the table %s", name);
            out->table = longer;
        }
        if (!(value >= 0 && value <= 1))
            return kl_config_fail(node, "file", err, "%s: J = %g is not allowed: must be in [0, 1]",
                                  name, value);
        out->table[(*count)++] = value;
    }
    return found == EOF ? KL_OK
                        : kl_config_fail(node, "file", err, "%s: number %zu cannot be read", name,
                                         *count + 1);
}

static kl_status read_table(const kl_node *node, const char *name, kl_gas_start *out, kl_error *err)
{
    FILE *file = fopen(name, "r");
    size_t count = 0;
    if (!file)
        return kl_config_fail(node, "file", err, "%s: %s", name, strerror(errno));
    kl_status status = read_numbers(file, node, name, out, &count, err);
    fclose(file);
    KL_TRY(status);
    out->n = (int)llround(pow((double)count, 1. / out->dimension));
    if (count == 0 || llround(pow(out->n, out->dimension)) != (long long)count)
        return kl_config_fail(node, "file", err, "%s has %zu numbers: must be n^%d for some n",
                              name, count, out->dimension);
    return KL_OK;
}

/* ---- the key ---- */

static kl_status read_h(kl_node *node, kl_gas_start *out, kl_error *err)
{
    start_keys keys = {0};
    if (out->type == KL_FERMI_DIRAC)
        KL_TRY(kl_config_read(node, beta_table, &keys, err));
    KL_TRY(kl_config_read(node, level_table, &keys, err));
    KL_TRY(kl_keys_vector(node, "a", &keys.a, out->dimension, out->a, err));
    KL_TRY(kl_keys_vector(node, "q", &keys.q, out->dimension, out->q, err));
    for (int j = 0; j < out->dimension && keys.a.n == 0; j++)
        out->a[j] = 1;
    out->beta = keys.beta;
    out->mu = keys.mu;
    return KL_OK;
}

static kl_status read_envelope(kl_node *node, const kl_lattice_points *points, kl_gas_start *out,
                               kl_error *err)
{
    shape_keys shape;
    out->envelope = true;
    KL_TRY(kl_config_read(node, envelope_table, &shape, err));
    KL_TRY(kl_keys_width(node, &out->width, err));
    KL_TRY(kl_keys_center(node, out->dimension, out->center, err));
    for (int i = 0; i < points->n; i++)
        if (out->width > points->point[i].ell / 8)
            return kl_config_fail(node, "width", err,
                                  "%g is not allowed at eta %g: must be in (0, %g], an eighth of "
                                  "the box",
                                  out->width, points->point[i].eta, points->point[i].ell / 8);
    return KL_OK;
}

/* Somewhere on the lattice there must be a fermion. */
static kl_status check_density(const kl_node *node, const kl_lattice_points *points,
                               const kl_gas_start *start, kl_error *err)
{
    for (int i = 0; i < points->n; i++) {
        const int64_t sites = points->point[i].sites;
        int64_t n = 1;
        bool found = false;
        for (int j = 0; j < start->dimension; j++)
            n *= sites;
        for (int64_t k = 0; k < n && !found; k++)
            found = kl_gas_start_at(start, sites, k) > 0;
        if (!found)
            return kl_config_fail(node, NULL, err,
                                  "is empty: J = 0 at every momentum of %lld sites",
                                  (long long)sites);
    }
    return KL_OK;
}

kl_status kl_gas_start_read(kl_node *root, const kl_lattice_points *points, kl_gas_start *out,
                            kl_error *err)
{
    top_keys top;
    start_keys keys = {0};
    KL_TRY(kl_config_read(root, kl_gas_start_map, &top, err));
    KL_TRY(kl_config_read(top.start, type_table, &keys, err));
    *out = (kl_gas_start){.type = keys.type, .dimension = (int)points->dimension};
    if (out->type == KL_FERMI_TABLE) {
        KL_TRY(kl_config_read(top.start, file_table, &keys, err));
        KL_TRY(read_table(top.start, keys.file, out, err));
        KL_TRY(kl_input_file(top.start, "file", keys.file, err));
    } else {
        KL_TRY(read_h(top.start, out, err));
    }
    if (keys.envelope)
        KL_TRY(read_envelope(keys.envelope, points, out, err));
    return check_density(top.start, points, out, err);
}

void kl_gas_start_free(kl_gas_start *start)
{
    free(start->table);
    start->table = NULL;
}

/* ---- J and g ---- */

static double interpolate(const kl_gas_start *s, const double p[3])
{
    int low[3] = {0}, n = s->n;
    double part[3] = {0}, sum = 0;
    for (int j = 0; j < s->dimension; j++) {
        const double at = (p[j] - floor(p[j])) * n;
        low[j] = (int)at % n;
        part[j] = at - floor(at);
    }
    for (int corner = 0; corner < 1 << s->dimension; corner++) {
        double weight = 1;
        int at = 0;
        for (int j = 0; j < s->dimension; j++) {
            const int up = corner >> j & 1;
            weight *= up ? part[j] : 1 - part[j];
            at = at * n + (low[j] + up) % n;
        }
        sum += weight * s->table[at];
    }
    return sum;
}

static double occupation(const void *context, const double p[3])
{
    const kl_gas_start *s = context;
    double h = 0;
    if (s->type == KL_FERMI_TABLE)
        return interpolate(s, p);
    for (int j = 0; j < s->dimension; j++)
        h += s->a[j] * cos(2 * M_PI * (p[j] - s->q[j]));
    if (s->type == KL_FERMI_STEP)
        return h < s->mu;
    return 1 / (1 + exp(s->beta * (h - s->mu)));
}

kl_occupation kl_gas_start_occupation(const kl_gas_start *start)
{
    return (kl_occupation){occupation, start};
}

double kl_gas_start_at(const kl_gas_start *start, int64_t sites, int64_t index)
{
    double p[3] = {0};
    for (int j = start->dimension - 1; j >= 0; j--, index /= sites)
        p[j] = (double)(index % sites) / (double)sites;
    return occupation(start, p);
}

double kl_gas_start_factor(const kl_gas_start *start, const kl_lattice_point *point, int axis,
                           int64_t coordinate)
{
    double sum = 0;
    if (!start->envelope)
        return 1;
    for (int image = -1; image <= 1; image++) {
        const double x = point->unit * (double)(coordinate + image * point->sites);
        const double distance = (x - start->center[axis]) / start->width;
        sum += exp(-distance * distance / 2);
    }
    return sqrt(sum);
}

double kl_gas_start_share(const kl_gas_start *start, const kl_lattice_point *point)
{
    return start->envelope ? pow(sqrt(2 * M_PI) * start->width / point->ell, start->dimension) : 1;
}
