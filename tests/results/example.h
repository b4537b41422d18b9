/* A small results object with every feature, its numbers by formula, so that
 * tests in C and in Python know them without each other.
 *   eta = 0.5, 0.25   sites = 20, 80   box = 5      times 0.5, 1
 *   sample(p, m, t, q) = 1000 p + 100 m + 10 t + q + 1/3
 *   check_value = 1e-9 (1 + c) (1 + m)     reference = 0.1 (1 + t) (q - 1), error 1e-9
 *   field at point p: length 4 + p, coordinate i/10, sample = 100 m + 10 t + i, reference = t + i
 * Realization 2 of point 1 is not done; point 1 has no reference.
 */
#ifndef KL_TESTS_RESULTS_EXAMPLE_H
#define KL_TESTS_RESULTS_EXAMPLE_H

#include "base/error.h"
#include "kinlim/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STUDY_BYTES = 200000 };

static void example_names(kl_results *r)
{
    r->column[0] = (kl_column){"eta", "1", "strength of the disorder", false, ""};
    r->column[1] = (kl_column){"sites", "1", "sites per side", true, ""};
    r->column[2] = (kl_column){"box", "eta^-2", "macroscopic side", false, ""};
    r->quantity[0] = (kl_quantity){"front", "re"};
    r->quantity[1] = (kl_quantity){"flux", "re"};
    r->quantity[2] = (kl_quantity){"flux", "im"};
    strcpy(r->check[0], "norm_drift");
    strcpy(r->check[1], "energy_drift");
    strcpy(r->reference_note[1], "no limit in one dimension");
    strcpy(r->field[0].name, "density");
    strcpy(r->field[0].units, "1");
    strcpy(r->field[0].long_name, "marginal density");
    strcpy(r->field[0].axis, "x");
    strcpy(r->field[0].axis_units, "eta^-2");
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
            r->reference[3 * t + q] = 0.1 * (1 + t) * (q - 1);
            r->reference_error[3 * t + q] = 1e-9;
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

static kl_status example_fields(kl_results *r, kl_error *err)
{
    for (int p = 0; p < 2; p++) {
        int n = 4 + p;
        KL_TRY(kl_results_field(r, 0, p, n, err));
        for (int i = 0; i < n; i++) {
            r->field[0].coordinate[p][i] = 0.1 * i;
            for (int m = 0; m < 3; m++)
                for (int t = 0; t < 2; t++)
                    if (r->done[3 * p + m])
                        r->field[0].sample[p][(2 * m + t) * n + i] = 100 * m + 10 * t + i;
            for (int t = 0; p == 0 && t < 2; t++)
                r->field[0].reference[p][t * n + i] = t + i;
        }
    }
    return KL_OK;
}

static kl_status example_create(kl_results **out, kl_error *err)
{
    const kl_results shape = {.system = "anderson",
                              .time_units = "eta^-2",
                              .ncolumns = 3,
                              .npoints = 2,
                              .ntimes = 2,
                              .nquantities = 3,
                              .nchecks = 2,
                              .nrealizations = 3,
                              .norders = 2,
                              .nfields = 1,
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
