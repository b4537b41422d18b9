/* A small results object with every feature, its numbers by formula, so that
 * tests in C and in Python know them without each other.
 *   eta = 0.5, 0.25   sites = 20, 80   box = 5      times 0.5, 1
 *   sample(p, m, t, q) = 1000 p + 100 m + 10 t + q + 1/3
 *   check_value = 1e-9 (1 + c) (1 + m)     reference = 0.1 (1 + t) (q - 1), error 1e-9
 *   density at point p: length 4 + p, coordinate i/10, field = 100 m + 10 t + i, reference = t + i
 *   husimi at point p: 3 x 2, coordinates i/10, j/5, field = m^2 + 10 t + i + j/2, no reference
 * Realization 2 of point 1 is not done; point 1 has no reference; the limit `other` is one more.
 */
#ifndef KL_TESTS_RESULTS_EXAMPLE_H
#define KL_TESTS_RESULTS_EXAMPLE_H

#include "kinlim/status.h"
#include "kinlim/results.h"
#include "statistics/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STUDY_BYTES = 200000 };

static void example_names(kl_results *r)
{
    r->column[0] = (kl_column){"eta", "1", "strength of the disorder", false, "", KL_SMALL, ""};
    r->column[1] = (kl_column){"sites", "1", "sites per side", true, "", KL_FOLLOWS, ""};
    r->column[2] = (kl_column){"box", "eta^-2", "macroscopic side", false, "", KL_SIZE, ""};
    r->quantity[0] = (kl_quantity){"front", "re"};
    r->quantity[1] = (kl_quantity){"flux", "re"};
    r->quantity[2] = (kl_quantity){"flux", "im"};
    strcpy(r->check[0], "norm_drift");
    strcpy(r->check[1], "energy_drift");
    strcpy(r->limit[0].name, "reference");
    strcpy(r->limit[0].long_name, "kinetic limit");
    strcpy(r->limit[0].note[1], "no limit in one dimension");
    strcpy(r->limit[1].name, "other");
    strcpy(r->limit[1].long_name, "another limit");
    kl_field *density = &r->field[0], *husimi = &r->field[1];
    strcpy(density->name, "density");
    strcpy(density->units, "eta^2");
    strcpy(density->long_name, "marginal density");
    density->naxes = 1;
    strcpy(husimi->name, "husimi");
    strcpy(husimi->units, "1");
    strcpy(husimi->long_name, "phase space");
    husimi->naxes = 2;
    for (int f = 0; f < 2; f++)
        for (int a = 0; a < r->field[f].naxes; a++) {
            kl_axis *axis = &r->field[f].axis[a];
            strcpy(axis->name, a ? "v" : "x");
            strcpy(axis->units, a ? "1" : "eta^-2");
            strcpy(axis->long_name, a ? "momentum" : "position");
        }
}

static void example_numbers(kl_results *r)
{
    const double point[6] = {0.5, 20, 5, 0.25, 80, 5};
    memcpy(r->point, point, sizeof point);
    r->series[1] = 1;
    r->time[0] = 0.5;
    r->time[1] = 1;
    r->order[0] = 1;
    r->order[1] = 2.5;
    for (int p = 0; p < 2; p++) {
        for (int m = 0; m < 3; m++) {
            r->done[3 * p + m] = p == 0 || m < 2;
            for (int t = 0; r->done[3 * p + m] && t < 2; t++) {
                int i = (3 * p + m) * 2 + t;
                for (int q = 0; q < 3; q++)
                    r->sample[3 * i + q] = 1000 * p + 100 * m + 10 * t + q + 1. / 3;
                for (int c = 0; c < 2; c++)
                    r->check_value[2 * i + c] = 1e-9 * (1 + c) * (1 + m);
            }
        }
    }
    for (int t = 0; t < 2; t++) {
        for (int q = 0; q < 3; q++) {
            r->limit[0].value[3 * t + q] = 0.1 * (1 + t) * (q - 1);
            r->limit[0].error[3 * t + q] = 1e-9;
            r->limit[1].value[3 * t + q] = 1 + r->limit[0].value[3 * t + q];
            r->limit[1].error[3 * t + q] = 0;
        }
    }
}

static void example_rows(kl_results *r)
{
    r->row[0] = (kl_row){0, 0.5, "front", "re", "mean", 1, 3, 100.25, 99.5, 101, {0}};
    r->row[1] = (kl_row){1, 1, "flux", "im", "central_moment", 2.5, 2, 0.1, NAN, NAN, {0}};
    r->row[2] = (kl_row){-1, 1, "flux", "re", "rate:bias", 1, 3, 2, 1.75, 2.25, {0}};
    r->row[3] = (kl_row){0, NAN, "", "", "norm_drift", 1, 3, 3e-9, 3e-9, 3e-9, {0}};
    r->row[4] = r->row[2]; /* of a series: some of the parameters */
    const double empty[KL_MOST_COLUMNS] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    for (int i = 0; i < 5; i++)
        memcpy(r->row[i].parameter, empty, sizeof empty);
    r->row[4].parameter[2] = 5.5;
}

static double example_field(int f, int m, int t, int i, int j)
{
    return f ? m * m + 10 * t + i + 0.5 * j : 100 * m + 10 * t + i;
}

static kl_status example_field_point(kl_results *r, int f, int p, kl_error *err)
{
    const int length[2] = {f ? 3 : 4 + p, f ? 2 : 1}, cells = length[0] * length[1];
    kl_field *field = &r->field[f];
    double values[2 * 6];
    KL_TRY(kl_results_field(r, f, p, length, err));
    for (int a = 0; a < field->naxes; a++)
        for (int i = 0; i < length[a]; i++)
            field->axis[a].coordinate[p][i] = (a ? 0.2 : 0.1) * i;
    for (int m = 0; m < 3; m++) {
        for (int k = 0; k < 2 * cells; k++)
            values[k] = example_field(f, m, k / cells, k % cells / length[1], k % length[1]);
        if (r->done[3 * p + m])
            KL_TRY(kl_forest_add(&field->moments[p], m, values, err));
        if (m == 0)
            memcpy(field->single[p], values, 2 * (size_t)cells * sizeof *values);
    }
    for (int k = 0; p == 0 && f == 0 && k < 2 * cells; k++)
        field->reference[p][k] = k / cells + k % cells;
    return KL_OK;
}

static kl_status example_fields(kl_results *r, kl_error *err)
{
    for (int f = 0; f < 2; f++)
        for (int p = 0; p < 2; p++)
            KL_TRY(example_field_point(r, f, p, err));
    return KL_OK;
}

static kl_status example_create(kl_results **out, kl_error *err)
{
    const kl_results shape = {.system = "anderson",
                              .members = 1,
                              .time_name = "time",
                              .time_symbol = "T",
                              .time_units = "eta^-2",
                              .time_long_name = "macroscopic time",
                              .nlimits = 2,
                              .ncolumns = 3,
                              .npoints = 2,
                              .ntimes = 2,
                              .nquantities = 3,
                              .nchecks = 2,
                              .nrealizations = 3,
                              .norders = 2,
                              .nfields = 2,
                              .nrows = 5};
    KL_TRY(kl_results_create(&shape, out, err));
    kl_results *r = *out;
    example_names(r);
    example_numbers(r);
    example_rows(r);
    KL_TRY(example_fields(r, err));
    r->study = malloc(STUDY_BYTES + 1);
    if (!r->study)
        return kl_fail(err, KL_ENVIRONMENT, "no memory");
    memset(r->study, '#', STUDY_BYTES);
    memcpy(r->study, "system: anderson\n", 17);
    r->study[STUDY_BYTES] = '\0';
    KL_TRY(kl_results_set(r, "program", "kinlim 0.1.0", err));
    KL_TRY(kl_results_set(r, "compiler", "old", err));
    KL_TRY(kl_results_set(r, "host",
                          "n\xc3\xb8"
                          "de1\nnode2",
                          err));
    return kl_results_set(r, "compiler", "cc 12, -O3", err);
}

#endif
