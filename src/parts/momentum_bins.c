#include "parts/momentum_bins.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {"energy", "axis", NULL};
static const kl_key field_table[] = {
    {.name = "type",
     KL_CHOICE_AT(kl_bins_field, type, types),
     .flags = KL_REQUIRED,
     .doc = "windows of energy, or momenta along an axis"},
    {.name = "name", KL_STRING_AT(kl_bins_field, name), .doc = "default: the type"},
    {0}};
static const kl_key energy_table[] = {{.name = "windows",
                                       KL_INT_AT(kl_bins_field, windows),
                                       KL_RANGE(1, 1024),
                                       .when = "type=energy",
                                       .fallback = "24",
                                       .doc = "of equal width over the band"},
                                      {0}};
static const kl_key axis_table[] = {{.name = "axis",
                                     KL_INT_AT(kl_bins_field, axis),
                                     KL_RANGE(1, 3),
                                     .when = "type=axis",
                                     .fallback = "1",
                                     .doc = "from 1"},
                                    {0}};
typedef struct fields_key {
    kl_nodes fields;
} fields_key;
const kl_key kl_bins_table[] = {{.name = "fields",
                                 KL_MAPS_AT(fields_key, fields),
                                 KL_COUNT(1, KL_MOST_BINS),
                                 .doc = "distributions of momentum",
                                 KL_BELOW(field_table, energy_table, axis_table)},
                                {0}};

static void describe(kl_bins_field *field, kl_field_kind *kind)
{
    static const char *const momenta[3] = {"p_1", "p_2", "p_3"};
    if (field->type == KL_BINS_ENERGY)
        snprintf(field->long_name, sizeof field->long_name, "density of fermions by energy");
    else
        snprintf(field->long_name, sizeof field->long_name, "occupation along axis %d",
                 (int)field->axis);
    *kind = (kl_field_kind){field->name, "1", field->long_name, .naxes = 1};
    kind->axis[0].name = field->type == KL_BINS_ENERGY ? "E" : momenta[field->axis - 1];
    kind->axis[0].units = "1";
    kind->axis[0].long_name =
        field->type == KL_BINS_ENERGY ? "energy, middle of a window" : "momentum, cycles per site";
}

kl_status kl_bins_read(kl_node *root, int64_t dimension, kl_bins *out, kl_error *err)
{
    fields_key top = {0};
    KL_TRY(kl_config_read(root, kl_bins_table, &top, err));
    *out = (kl_bins){.dimension = dimension, .n = top.fields.n};
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->field, "fields", &out->field, err));
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->kind, "fields", &out->kind, err));
    for (int f = 0; f < out->n; f++) {
        kl_bins_field *field = &out->field[f];
        kl_node *node = top.fields.v[f];
        KL_TRY(kl_config_read(node, field_table, field, err));
        KL_TRY(kl_config_read(node, field->type == KL_BINS_ENERGY ? energy_table : axis_table,
                              field, err));
        if (!field->name)
            field->name = types[field->type];
        KL_TRY(kl_keys_name(node, field->name, KL_NAME - 1, err));
        for (int i = 0; i < f; i++)
            if (strcmp(out->field[i].name, field->name) == 0)
                return kl_config_fail(node, "name", err, "%s comes twice: names must differ",
                                      field->name);
        if (field->axis > dimension)
            return kl_config_fail(node, "axis", err, "%d is not allowed: must be in [1, %d]",
                                  (int)field->axis, (int)dimension);
        describe(field, &out->kind[f]);
    }
    return KL_OK;
}

void kl_bins_free(kl_bins *bins)
{
    free(bins->field);
    free(bins->kind);
    *bins = (kl_bins){0};
}

static double window_width(const kl_bins *bins, const kl_bins_field *field)
{
    return 2 * (double)bins->dimension / (double)field->windows;
}

int kl_bins_axis(const kl_bins *bins, const kl_lattice_point *point, int f, double *coordinate)
{
    const kl_bins_field *field = &bins->field[f];
    const int n = (int)(field->type == KL_BINS_ENERGY ? field->windows : point->sites);
    for (int i = 0; coordinate && i < n; i++)
        coordinate[i] = field->type == KL_BINS_ENERGY
                            ? (i + 0.5) * window_width(bins, field) - (double)bins->dimension
                            : (double)i / (double)point->sites;
    return n;
}

/* ---- of psi ---- */

static int cell_of(const kl_bins *bins, const kl_bins_field *field, int64_t sites, int64_t index)
{
    double energy = (double)bins->dimension;
    for (int j = (int)bins->dimension; j >= 1; j--, index /= sites) {
        if (field->type == KL_BINS_AXIS && j == field->axis)
            return (int)(index % sites);
        energy += cos(2 * M_PI * (double)(index % sites) / (double)sites);
    }
    const int window = (int)floor(energy / window_width(bins, field));
    return window < 0 ? 0 : window < field->windows ? window : (int)field->windows - 1;
}

static double scale_of(const kl_bins_field *field, const kl_lattice_point *point, double volume)
{
    return field->type == KL_BINS_AXIS ? (double)point->sites / volume : 1 / volume;
}

static kl_status add_field(const kl_bins *bins, const kl_lattice_point *point, int f,
                           const kl_lattice *lattice, const double complex *psi, double factor,
                           double *out, kl_error *err)
{
    const int cells = kl_bins_axis(bins, point, f, NULL);
    const double scale =
        factor * scale_of(&bins->field[f], point, (double)lattice->sites * (double)lattice->plane);
    double *plane = NULL, *sum = NULL;
    kl_status status =
        kl_alloc((size_t)(lattice->count * cells), sizeof *plane, "fields", &plane, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)cells, sizeof *sum, "fields", &sum, err);
    status = kl_agree(lattice->comm, status, err);
    for (int64_t i = 0; status == KL_OK && i < kl_lattice_local(lattice); i++) {
        const int64_t index = lattice->first * lattice->plane + i;
        plane[i / lattice->plane * cells + cell_of(bins, &bins->field[f], lattice->sites, index)] +=
            creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]);
    }
    if (status == KL_OK)
        status = kl_planes_sum(lattice, plane, cells, sum, NULL, err);
    for (int c = 0; status == KL_OK && c < cells; c++)
        out[c] += scale * sum[c];
    free(plane);
    free(sum);
    return status;
}

kl_status kl_bins_add(const kl_bins *bins, const kl_lattice_point *point, const kl_lattice *lattice,
                      const double complex *psi, double factor, double **field, kl_error *err)
{
    for (int f = 0; f < bins->n; f++)
        KL_TRY(add_field(bins, point, f, lattice, psi, factor, field[f], err));
    return KL_OK;
}

/* ---- of the limit ---- */

/* int over a window of N_E <J>_E: it does not change in time. */
static double window_limit(const kl_gas *gas, double from, double width)
{
    enum { POINTS = 400 };
    double sum = 0, occupation, density;
    for (int i = 0; i < POINTS; i++) {
        kl_gas_shell(gas, from + (i + 0.5) * width / POINTS, &occupation, &density);
        sum += occupation * density * width / POINTS;
    }
    return sum;
}

/* The mean of F_T over the other momenta at p_axis. */
static double axis_limit(const kl_gas *gas, int axis, double p_axis, double time)
{
    enum { POINTS = 96 };
    const int d = gas->dimension, n = d == 3 ? POINTS * POINTS : POINTS;
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double p[3] = {0};
        p[(axis + 1) % d] = (i % POINTS + 0.5) / POINTS;
        if (d == 3)
            p[(axis + 2) % d] = (i / POINTS + 0.5) / POINTS;
        p[axis] = p_axis;
        sum += kl_gas_distribution(gas, time, p);
    }
    return sum / n;
}

void kl_bins_limit(const kl_bins *bins, const kl_lattice_point *point, const kl_gas *gas,
                   double time, double **field)
{
    for (int f = 0; f < bins->n; f++) {
        const kl_bins_field *of = &bins->field[f];
        const int cells = kl_bins_axis(bins, point, f, NULL);
        for (int c = 0; c < cells; c++)
            field[f][c] =
                of->type == KL_BINS_AXIS
                    ? axis_limit(gas, (int)of->axis - 1, (double)c / (double)point->sites, time)
                    : window_limit(gas, c * window_width(bins, of) - (double)bins->dimension,
                                   window_width(bins, of));
    }
}
