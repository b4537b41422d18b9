/* The key `fields`: distributions along one axis, at native points of the grid. */
#include "systems/semiclassical/semiclassical_private.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {
    [WIGNER] = "wigner", [HUSIMI] = "husimi", [DENSITY] = "density", [MOMENTUM] = "momentum", NULL};
static const kl_key picture_table[] = {
    {.name = "type",
     KL_CHOICE_AT(picture, type, types),
     .flags = KL_REQUIRED,
     .doc = "of x and p, of x, or of p, along an axis: the others are integrated out"},
    {.name = "name", KL_STRING_AT(picture, name), .doc = "default: the type"},
    {.name = "axis", KL_INT_AT(picture, axis), KL_RANGE(1, 3), .fallback = "1", .doc = "from 1"},
    {.name = "positions",
     KL_INT_AT(picture, positions),
     KL_RANGE(4, 4096),
     .fallback = "256",
     .doc = "most points of the picture in x"},
    {.name = "momenta",
     KL_INT_AT(picture, momenta),
     KL_RANGE(4, 4096),
     .fallback = "256",
     .doc = "most points of the picture in p"},
    {0}};

typedef struct fields_key {
    kl_nodes fields;
} fields_key;
const kl_key semiclassical_fields_table[] = {{.name = "fields",
                                              KL_MAPS_AT(fields_key, fields),
                                              .doc = "distributions in position and momentum",
                                              KL_BELOW(picture_table)},
                                             {0}};

static void describe(picture *f, kl_field_kind *kind)
{
    static const char *const words[] = {"Wigner function", "Husimi function", "density of |psi|^2",
                                        "momentum distribution"};
    static const char *const axes[2][3] = {{"x_1", "x_2", "x_3"}, {"p_1", "p_2", "p_3"}};
    static const char *const axis_words[2] = {"position", "momentum"};
    const int from = f->type == MOMENTUM, to = f->type == DENSITY ? 0 : 1;
    snprintf(f->long_name, sizeof f->long_name, "%s along axis %d", words[f->type], (int)f->axis);
    *kind = (kl_field_kind){f->name, "1", f->long_name, .naxes = to - from + 1};
    for (int i = from; i <= to; i++) {
        kind->axis[i - from].name = axes[i][f->axis - 1];
        kind->axis[i - from].units = "1";
        kind->axis[i - from].long_name = axis_words[i];
    }
}

static kl_status read_picture(const semiclassical *s, int f, kl_node *node, kl_error *err)
{
    picture *out = &s->picture[f];
    KL_TRY(kl_config_read(node, picture_table, out, err));
    if (!out->name)
        out->name = types[out->type];
    KL_TRY(kl_keys_name(node, out->name, KL_NAME - 1, err));
    for (int i = 0; i < f; i++)
        if (strcmp(s->picture[i].name, out->name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ",
                                  out->name);
    if (out->axis > s->dimension)
        return kl_config_fail(node, "axis", err, "%d is not allowed: must be in [1, %d]",
                              (int)out->axis, (int)s->dimension);
    if (out->type == WIGNER && s->whole_wigner && s->dimension > 1)
        return kl_config_fail(node, "type", err,
                              "wigner is not allowed twice: negativity is of one");
    describe(out, &s->kind[f]);
    return KL_OK;
}

kl_status semiclassical_read_pictures(kl_node *root, semiclassical *s, kl_error *err)
{
    fields_key top = {0};
    KL_TRY(kl_config_read(root, semiclassical_fields_table, &top, err));
    const size_t n = (size_t)top.fields.n;
    KL_TRY(kl_alloc(n, sizeof *s->picture, "fields", &s->picture, err));
    KL_TRY(kl_alloc(n, sizeof *s->kind, "fields", &s->kind, err));
    s->npictures = (int)n;
    for (int f = 0; f < s->npictures; f++) {
        KL_TRY(read_picture(s, f, top.fields.v[f], err));
        s->whole_wigner = s->whole_wigner || s->picture[f].type == WIGNER;
    }
    return KL_OK;
}

void semiclassical_strides(const semiclassical *s, int point, int f, kl_stride *x, kl_stride *p)
{
    const kl_box_point *at = &s->point[point];
    const picture *field = &s->picture[f];
    const double dx = s->side / (double)at->sites, dp = 2 * M_PI * at->eps / s->side;
    const bool wigner = field->type == WIGNER;
    const double fuzz = 3 * sqrt(at->eps);
    *x = *p = (kl_stride){0, 1, 1};
    if (field->type != MOMENTUM)
        *x = kl_stride_choose(at->sites, dx, at->x + fuzz, (int)field->positions);
    if (field->type != DENSITY)
        *p = kl_stride_choose(wigner ? 2 * at->sites : at->sites, wigner ? dp / 2 : dp,
                              at->p + fuzz, (int)field->momenta);
}

int semiclassical_axis(const void *self, int point, int f, int axis, double *coordinate)
{
    const semiclassical *s = self;
    const kl_box_point *at = &s->point[point];
    const picture *field = &s->picture[f];
    const bool momenta = field->type == MOMENTUM || axis == 1;
    const double dx = s->side / (double)at->sites, dp = 2 * M_PI * at->eps / s->side;
    const int64_t all = momenta && field->type == WIGNER ? 2 * at->sites : at->sites;
    kl_stride x, p;
    semiclassical_strides(s, point, f, &x, &p);
    const kl_stride *stride = momenta ? &p : &x;
    const double unit = !momenta ? dx : field->type == WIGNER ? dp / 2 : dp;
    for (int i = 0; coordinate && i < stride->n; i++)
        coordinate[i] = unit * (double)(stride->first + i * stride->step - all / 2);
    return stride->n;
}

double semiclassical_picture_seconds(const semiclassical *s, int point)
{
    const kl_box_point *at = &s->point[point];
    const double whole = kl_box_seconds((int)s->dimension, at->sites);
    double seconds = 0;
    for (int f = 0; f < s->npictures; f++) {
        kl_stride x, p;
        semiclassical_strides(s, point, f, &x, &p);
        if (s->picture[f].type == WIGNER)
            seconds +=
                (double)at->sites * kl_box_seconds(1, 2 * at->sites) +
                (s->dimension > 1 ? 1e-9 * pow((double)at->sites, (double)s->dimension + 1) : 0);
        else
            seconds += whole * x.n;
    }
    return seconds;
}

/* |psi|^2 or its transform along an axis, as a density. */
static kl_status marginal(const kl_box_grid *grid, const picture *field, kl_stride stride,
                          const complex double *psi, complex double *u, double *out, kl_error *err)
{
    const bool momenta = field->type == MOMENTUM;
    const int64_t n = grid->sites;
    const double scale =
        momenta ? grid->side / (2 * M_PI * grid->eps * kl_box_points(grid)) : 1 / grid->spacing;
    double *all;
    KL_TRY(kl_agree(grid->comm, kl_alloc((size_t)n, sizeof *all, "field", &all, err), err));
    memcpy(u, psi, grid->local * sizeof *u);
    if (momenta)
        kl_box_forward(grid, u);
    const kl_status status = kl_box_marginal(grid, momenta ? &grid->momentum : &grid->position,
                                             (int)field->axis - 1, u, all, err);
    for (int i = 0; i < stride.n && status == KL_OK; i++) {
        const int64_t centred = stride.first + i * stride.step;
        out[i] = scale * all[momenta ? (centred + n / 2) % n : centred];
    }
    free(all);
    return status;
}

kl_status semiclassical_measure_pictures(const semiclassical *s, int point, const kl_box_grid *grid,
                                         const complex double *psi, complex double *u,
                                         double **field, kl_wigner_totals *totals, kl_error *err)
{
    for (int f = 0; f < s->npictures; f++) {
        const picture *now = &s->picture[f];
        kl_stride x, p;
        semiclassical_strides(s, point, f, &x, &p);
        if (now->type == WIGNER)
            KL_TRY(kl_wigner_box(grid, (int)now->axis - 1, psi, u, x, p, field[f], totals, err));
        else if (now->type == HUSIMI)
            KL_TRY(kl_husimi_box(grid, (int)now->axis - 1, psi, u, x, p, field[f], err));
        else
            KL_TRY(marginal(grid, now, now->type == MOMENTUM ? p : x, psi, u, field[f], err));
    }
    return KL_OK;
}
