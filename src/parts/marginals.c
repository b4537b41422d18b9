#include "parts/marginals.h"

#include "base/memory.h"
#include "parts/plain_keys.h"
#include "wigner/husimi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {"husimi", "momentum", "density", NULL};
static const kl_key field_table[] = {
    {.name = "type",
     KL_CHOICE_AT(kl_marginal, type, types),
     .flags = KL_REQUIRED,
     .doc = "of X and V, of V, or of X along an axis"},
    {.name = "name", KL_STRING_AT(kl_marginal, name), .doc = "default: the type"},
    {.name = "axis",
     KL_INT_AT(kl_marginal, axis),
     KL_RANGE(1, 3),
     .fallback = "1",
     .doc = "from 1"},
    {0}};
static const kl_key width_table[] = {
    {.name = "width",
     KL_REAL_AT(kl_marginal, width),
     KL_RANGE_ABOVE(0, 1e6),
     .when = "type=husimi,momentum",
     .doc = "of the packets, macroscopic; default: sqrt(ell mu/(4 pi))"},
    {0}};
static const kl_key positions_table[] = {{.name = "positions",
                                          KL_INT_AT(kl_marginal, positions),
                                          KL_RANGE(4, 1024),
                                          .when = "type=husimi",
                                          .fallback = "48",
                                          .doc = "points of the grid in X"},
                                         {0}};
static const kl_key momenta_table[] = {{.name = "momenta",
                                        KL_INT_AT(kl_marginal, momenta),
                                        KL_RANGE(4, 1024),
                                        .when = "type=husimi,momentum",
                                        .fallback = "48",
                                        .doc = "points of the grid in V"},
                                       {0}};

typedef struct fields_key {
    kl_nodes fields;
} fields_key;
const kl_key kl_fields_table[] = {
    {.name = "fields",
     KL_MAPS_AT(fields_key, fields),
     .doc = "distributions in position and momentum",
     KL_BELOW(field_table, width_table, positions_table, momenta_table)},
    {0}};

static kl_status check_field(const kl_marginals *all, const kl_lattice_points *points, int f,
                             const kl_node *node, kl_error *err)
{
    const kl_marginal *field = &all->field[f];
    KL_TRY(kl_keys_name(node, field->name, KL_NAME - 1, err));
    for (int i = 0; i < f; i++)
        if (strcmp(all->field[i].name, field->name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ",
                                  field->name);
    if (field->axis > all->dimension)
        return kl_config_fail(node, "axis", err, "%d is not allowed: must be in [1, %d]",
                              (int)field->axis, (int)all->dimension);
    for (int i = 0; i < points->n; i++)
        if (field->width > points->point[i].ell / 4)
            return kl_config_fail(node, "width", err,
                                  "%g is not allowed at eta %g: must be in (0, %g], a quarter of "
                                  "the box",
                                  field->width, points->point[i].eta, points->point[i].ell / 4);
    return KL_OK;
}

static void describe(kl_marginal *field, kl_field_kind *kind)
{
    static const char *const words[] = {"Husimi density in position and momentum",
                                        "momentum distribution", "density of |psi|^2"};
    static const char *const axes[2][3] = {{"X_1", "X_2", "X_3"}, {"V_1", "V_2", "V_3"}};
    static const char *const axis_words[2] = {"macroscopic position", "momentum, cycles per site"};
    const int from = field->type == KL_MARGINAL_MOMENTUM,
              to = field->type == KL_MARGINAL_DENSITY ? 0 : 1;
    snprintf(field->long_name, sizeof field->long_name, "%s along axis %d", words[field->type],
             (int)field->axis);
    *kind = (kl_field_kind){field->name, "1", field->long_name, .naxes = to - from + 1};
    for (int i = from; i <= to; i++) {
        kind->axis[i - from].name = axes[i][field->axis - 1];
        kind->axis[i - from].units = "1";
        kind->axis[i - from].long_name = axis_words[i];
    }
}

kl_status kl_marginals_read(kl_node *root, const kl_lattice_points *points, kl_marginals *out,
                            kl_error *err)
{
    fields_key top = {0};
    KL_TRY(kl_config_read(root, kl_fields_table, &top, err));
    const size_t n = (size_t)top.fields.n;
    *out = (kl_marginals){.dimension = points->dimension, .n = (int)n};
    KL_TRY(kl_alloc(n, sizeof *out->field, "fields", &out->field, err));
    KL_TRY(kl_alloc(n, sizeof *out->kind, "fields", &out->kind, err));
    for (int f = 0; f < out->n; f++) {
        kl_marginal *field = &out->field[f];
        kl_node *node = top.fields.v[f];
        KL_TRY(kl_config_read(node, field_table, field, err));
        if (!field->name)
            field->name = types[field->type];
        if (field->type != KL_MARGINAL_DENSITY) {
            KL_TRY(kl_config_read(node, width_table, field, err));
            KL_TRY(kl_config_read(node, momenta_table, field, err));
        }
        if (field->type == KL_MARGINAL_HUSIMI)
            KL_TRY(kl_config_read(node, positions_table, field, err));
        KL_TRY(check_field(out, points, f, node, err));
        describe(field, &out->kind[f]);
    }
    return KL_OK;
}

void kl_marginals_free(kl_marginals *marginals)
{
    free(marginals->field);
    free(marginals->kind);
    *marginals = (kl_marginals){0};
}

/* ---- grids ---- */

double kl_marginals_width(const kl_marginals *marginals, const kl_lattice_point *p, int f)
{
    /* Equal shares of the box and of the momenta: width/ell = mu/(4 pi width). */
    return marginals->field[f].width > 0 ? marginals->field[f].width
                                         : sqrt(p->ell * p->unit / (4 * M_PI));
}

int kl_marginals_axis(const kl_marginals *marginals, const kl_lattice_point *p, int f, int axis,
                      double *coordinate)
{
    const kl_marginal *field = &marginals->field[f];
    const bool momenta = field->type == KL_MARGINAL_MOMENTUM || axis == 1;
    int n = (int)(momenta ? field->momenta : field->positions);
    if (field->type == KL_MARGINAL_DENSITY)
        n = (int)p->sites;
    for (int i = 0; coordinate && i < n; i++) {
        if (momenta)
            coordinate[i] = kl_husimi_momentum(n, i);
        else if (field->type == KL_MARGINAL_HUSIMI)
            coordinate[i] = kl_husimi_position(p->ell, n, i);
        else
            coordinate[i] = p->unit * (double)(i - p->sites / 2);
    }
    return n;
}

/* ---- measurement ---- */

/* Modes that the fields along an axis need; 0: there are none. */
static int64_t modes_along(const kl_marginals *marginals, const kl_lattice_point *point,
                           int64_t axis)
{
    int64_t most = 0;
    for (int f = 0; f < marginals->n; f++) {
        if (marginals->field[f].axis != axis)
            continue;
        const double width = kl_marginals_width(marginals, point, f) / point->unit;
        const int64_t modes =
            marginals->field[f].type == KL_MARGINAL_DENSITY ? 1 : kl_husimi_modes(width);
        most = modes > most ? modes : most;
    }
    return most;
}

kl_cost kl_marginals_cost(const kl_marginals *marginals, const kl_lattice_point *point,
                          int group_ranks)
{
    const double L = (double)point->sites, planes = ceil(L / group_ranks);
    kl_cost cost = {0};
    for (int64_t axis = 1; axis <= marginals->dimension; axis++) {
        const double modes = (double)modes_along(marginals, point, axis);
        cost.bytes += modes > 0 ? 16 * L * (modes + planes) : 0;
        cost.seconds += 2e-9 * modes * pow(L, (double)marginals->dimension);
    }
    for (int f = 0; f < marginals->n; f++)
        if (marginals->field[f].type == KL_MARGINAL_HUSIMI)
            cost.seconds +=
                2e-9 * (double)(marginals->field[f].positions * marginals->field[f].momenta *
                                modes_along(marginals, point, marginals->field[f].axis));
    return cost;
}

static kl_status measure_one(const kl_marginals *marginals, const kl_lattice_point *point, int f,
                             const kl_coherence *r, double *out, kl_error *err)
{
    const kl_marginal *field = &marginals->field[f];
    const double mu = point->unit, width = kl_marginals_width(marginals, point, f);
    if (field->type == KL_MARGINAL_HUSIMI)
        return kl_husimi(r, mu, width, (int)field->positions, (int)field->momenta, out, err);
    if (field->type == KL_MARGINAL_MOMENTUM)
        return kl_husimi_momenta(r, mu, width, (int)field->momenta, out, err);
    kl_husimi_density(r, mu, out);
    return KL_OK;
}

kl_status kl_marginals_measure(const kl_marginals *marginals, const kl_lattice_point *point,
                               const kl_state *psi, double **field, kl_error *err)
{
    for (int64_t axis = 1; axis <= marginals->dimension; axis++) {
        const int64_t modes = modes_along(marginals, point, axis);
        kl_coherence r;
        if (modes == 0)
            continue;
        KL_TRY(kl_coherence_create(psi, (int)axis - 1, modes, &r, err));
        kl_status status = KL_OK;
        for (int f = 0; status == KL_OK && f < marginals->n; f++)
            if (marginals->field[f].axis == axis)
                status = measure_one(marginals, point, f, &r, field[f], err);
        kl_coherence_destroy(&r);
        KL_TRY(kl_agree(psi->lattice->comm, status, err));
    }
    return KL_OK;
}
