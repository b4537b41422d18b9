/* The fields of an `anderson` study: their keys, and their measurement. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"
#include "wigner/husimi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const types[] = {"husimi", "momentum", "density", NULL};
static const kl_key field_table[] = {
    {.name = "type",
     KL_CHOICE_AT(anderson_field, type, types),
     .flags = KL_REQUIRED,
     .doc = "of X and V, of V, or of X along an axis"},
    {.name = "name", KL_STRING_AT(anderson_field, name), .doc = "default: the type"},
    {.name = "axis",
     KL_INT_AT(anderson_field, axis),
     KL_RANGE(1, 3),
     .fallback = "1",
     .doc = "from 1"},
    {0}};
static const kl_key width_table[] = {
    {.name = "width",
     KL_REAL_AT(anderson_field, width),
     KL_RANGE_ABOVE(0, 1e6),
     .when = "type=husimi,momentum",
     .doc = "of the packets, macroscopic; default: sqrt(ell mu/(4 pi))"},
    {0}};
static const kl_key positions_table[] = {{.name = "positions",
                                          KL_INT_AT(anderson_field, positions),
                                          KL_RANGE(4, 1024),
                                          .when = "type=husimi",
                                          .fallback = "48",
                                          .doc = "points of the grid in X"},
                                         {0}};
static const kl_key momenta_table[] = {{.name = "momenta",
                                        KL_INT_AT(anderson_field, momenta),
                                        KL_RANGE(4, 1024),
                                        .when = "type=husimi,momentum",
                                        .fallback = "48",
                                        .doc = "points of the grid in V"},
                                       {0}};

typedef struct fields_key {
    kl_nodes fields;
} fields_key;
const kl_key anderson_fields_table[] = {
    {.name = "fields",
     KL_MAPS_AT(fields_key, fields),
     .doc = "distributions in position and momentum",
     KL_BELOW(field_table, width_table, positions_table, momenta_table)},
    {0}};

static kl_status check_field(const anderson *a, int f, const kl_node *node, kl_error *err)
{
    const anderson_field *field = &a->field[f];
    KL_TRY(kl_keys_name(node, field->name, KL_NAME - 1, err));
    for (int i = 0; i < f; i++)
        if (strcmp(a->field[i].name, field->name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ",
                                  field->name);
    if (field->axis > a->dimension)
        return kl_config_fail(node, "axis", err, "%d is not allowed: must be in [1, %d]",
                              (int)field->axis, (int)a->dimension);
    for (int i = 0; i < a->npoints; i++)
        if (field->width > a->point[i].ell / 4)
            return kl_config_fail(node, "width", err,
                                  "%g is not allowed at eta %g: must be in (0, %g], a quarter of "
                                  "the box",
                                  field->width, a->point[i].eta, a->point[i].ell / 4);
    return KL_OK;
}

static void describe(anderson_field *field, kl_field_kind *kind)
{
    static const char *const words[] = {"Husimi density in position and momentum",
                                        "momentum distribution", "density of |psi|^2"};
    static const char *const axes[2][3] = {{"X_1", "X_2", "X_3"}, {"V_1", "V_2", "V_3"}};
    static const char *const axis_words[2] = {"macroscopic position", "momentum, cycles per site"};
    const int from = field->type == MOMENTUM_FIELD, to = field->type == DENSITY_FIELD ? 0 : 1;
    snprintf(field->long_name, sizeof field->long_name, "%s along axis %d", words[field->type],
             (int)field->axis);
    *kind = (kl_field_kind){field->name, "1", field->long_name, .naxes = to - from + 1};
    for (int i = from; i <= to; i++) {
        kind->axis[i - from].name = axes[i][field->axis - 1];
        kind->axis[i - from].units = "1";
        kind->axis[i - from].long_name = axis_words[i];
    }
}

kl_status anderson_read_fields(anderson *a, kl_node *root, kl_error *err)
{
    fields_key top = {0};
    kl_field_kind *kind;
    KL_TRY(kl_config_read(root, anderson_fields_table, &top, err));
    const size_t n = (size_t)top.fields.n;
    KL_TRY(kl_alloc(n, sizeof *a->field, "fields", &a->field, err));
    KL_TRY(kl_alloc(n, sizeof *kind, "fields", &kind, err));
    a->description.field = kind;
    a->description.nfields = (int)n;
    for (int f = 0; f < top.fields.n; f++) {
        anderson_field *field = &a->field[f];
        kl_node *node = top.fields.v[f];
        KL_TRY(kl_config_read(node, field_table, field, err));
        if (!field->name)
            field->name = types[field->type];
        if (field->type != DENSITY_FIELD) {
            KL_TRY(kl_config_read(node, width_table, field, err));
            KL_TRY(kl_config_read(node, momenta_table, field, err));
        }
        if (field->type == HUSIMI_FIELD)
            KL_TRY(kl_config_read(node, positions_table, field, err));
        KL_TRY(check_field(a, f, node, err));
        describe(field, &kind[f]);
    }
    return KL_OK;
}

/* ---- grids ---- */

double anderson_field_width(const anderson *a, int point, int f)
{
    const kl_lattice_point *p = &a->point[point];
    /* Equal shares of the box and of the momenta: width/ell = mu/(4 pi width). */
    return a->field[f].width > 0 ? a->field[f].width : sqrt(p->ell * p->unit / (4 * M_PI));
}

int anderson_field_axis(const void *self, int point, int f, int axis, double *coordinate)
{
    const anderson *a = self;
    const anderson_field *field = &a->field[f];
    const kl_lattice_point *p = &a->point[point];
    const bool momenta = field->type == MOMENTUM_FIELD || axis == 1;
    int n = (int)(momenta ? field->momenta : field->positions);
    if (field->type == DENSITY_FIELD)
        n = (int)p->sites;
    for (int i = 0; coordinate && i < n; i++) {
        if (momenta)
            coordinate[i] = kl_husimi_momentum(n, i);
        else if (field->type == HUSIMI_FIELD)
            coordinate[i] = kl_husimi_position(p->ell, n, i);
        else
            coordinate[i] = p->unit * (double)(i - p->sites / 2);
    }
    return n;
}

/* ---- measurement ---- */

/* Modes that the fields along an axis need; 0: there are none. */
static int64_t modes_along(const anderson *a, int point, int64_t axis)
{
    int64_t most = 0;
    for (int f = 0; f < a->description.nfields; f++) {
        if (a->field[f].axis != axis)
            continue;
        const double width = anderson_field_width(a, point, f) / a->point[point].unit;
        const int64_t modes = a->field[f].type == DENSITY_FIELD ? 1 : kl_husimi_modes(width);
        most = modes > most ? modes : most;
    }
    return most;
}

kl_cost anderson_fields_cost(const anderson *a, int point, int group_ranks)
{
    const double L = (double)a->point[point].sites, planes = ceil(L / group_ranks);
    kl_cost cost = {0};
    for (int64_t axis = 1; axis <= a->dimension; axis++) {
        const double modes = (double)modes_along(a, point, axis);
        cost.bytes += modes > 0 ? 16 * L * (modes + planes) : 0;
        cost.seconds += 2e-9 * modes * pow(L, (double)a->dimension);
    }
    for (int f = 0; f < a->description.nfields; f++)
        if (a->field[f].type == HUSIMI_FIELD)
            cost.seconds += 2e-9 * (double)(a->field[f].positions * a->field[f].momenta *
                                            modes_along(a, point, a->field[f].axis));
    return cost;
}

static kl_status measure_one(const anderson *a, int point, int f, const kl_coherence *r,
                             double *out, kl_error *err)
{
    const anderson_field *field = &a->field[f];
    const double mu = a->point[point].unit, width = anderson_field_width(a, point, f);
    if (field->type == HUSIMI_FIELD)
        return kl_husimi(r, mu, width, (int)field->positions, (int)field->momenta, out, err);
    if (field->type == MOMENTUM_FIELD)
        return kl_husimi_momenta(r, mu, width, (int)field->momenta, out, err);
    kl_husimi_density(r, mu, out);
    return KL_OK;
}

kl_status anderson_measure_fields(const anderson *a, int point, const kl_state *psi, double **field,
                                  kl_error *err)
{
    for (int64_t axis = 1; axis <= a->dimension; axis++) {
        const int64_t modes = modes_along(a, point, axis);
        kl_coherence r;
        if (modes == 0)
            continue;
        KL_TRY(kl_coherence_create(psi, (int)axis - 1, modes, &r, err));
        kl_status status = KL_OK;
        for (int f = 0; status == KL_OK && f < a->description.nfields; f++)
            if (a->field[f].axis == axis)
                status = measure_one(a, point, f, &r, field[f], err);
        kl_coherence_destroy(&r);
        KL_TRY(kl_agree(psi->lattice->comm, status, err));
    }
    return KL_OK;
}
