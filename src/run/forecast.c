#include "run/forecast.h"

#include "base/memory.h"
#include "run/collect.h"
#include "run/layout.h"
#include "run/limits.h"
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double PATIENCE = 3; /* seconds for a limit that is solved only to know beforehand */

double kl_forecast_deviation(const kl_results *r, int p, int number)
{
    const size_t at = kl_results_at(r, p, 0, 0) + (size_t)number;
    for (int i = 0; i < r->nlimits; i++) {
        const kl_limit_data *limit = &r->limit[i];
        if (limit->moment > 0 && (limit->normal || limit->moment == 2) && !isnan(limit->value[at]))
            return limit->value[at] / kl_stats_normal_moment(limit->moment);
    }
    return NAN;
}

/* Of one number: half width of the 95% interval over the value, times the root of the number of
 * samples. Of a moment about the mean that is a number, for a normal distribution:
 * z sqrt(E Z^2r / (E|Z|^r)^2 - 1)/r. */
static double relative_width(const kl_results *r, int p, int number, double order)
{
    const kl_limit_data *reference = kl_results_find_limit(r, "reference");
    const double deviation = kl_forecast_deviation(r, p, number);
    if (!(deviation > 0))
        return deviation; /* 0: it does not fluctuate */
    if (order > 1)
        return KL_NORMAL_975 / order *
               sqrt(pow(kl_stats_normal_moment(2 * order) / kl_stats_normal_moment(order),
                        2 * order) -
                    1);
    return reference ? KL_NORMAL_975 * deviation /
                           fabs(reference->value[kl_results_at(r, p, 0, 0) + (size_t)number])
                     : NAN;
}

bool kl_forecast_watches(const kl_until *until, const kl_quantity *q)
{
    return !until->observable || strcmp(until->observable, q->observable) == 0;
}

double kl_forecast_needed(const kl_study *study, const kl_results *r, int p)
{
    const kl_until *until = &study->until;
    double need = NAN;
    if (until->relative_error == 0 || r->members > 1)
        return NAN;
    for (int i = 0; i < r->ntimes * r->nquantities; i++) {
        if (!kl_forecast_watches(until, &r->quantity[i % r->nquantities]))
            continue;
        const double width = relative_width(r, p, i, until->order) / until->relative_error;
        if (isnan(width))
            return NAN;
        need = fmax(isnan(need) ? 0 : need, ceil(width * width));
    }
    return isnan(need) ? need : fmax(need, (double)until->least);
}

/* ---- in words ---- */

static double largest_deviation(const kl_study *study, const kl_results *r, int p)
{
    double largest = NAN;
    for (int i = 0; i < r->ntimes * r->nquantities; i++)
        if (kl_forecast_watches(&study->until, &r->quantity[i % r->nquantities]))
            largest = fmax(largest, kl_forecast_deviation(r, p, i)); /* fmax ignores NAN */
    return largest;
}

/* Of a mean. */
static double standard_error(const kl_study *study, double deviation)
{
    return deviation / sqrt((double)kl_study_realizations(study));
}

static void print_point(const kl_study *study, const kl_results *r, int p)
{
    const kl_points *points = &study->description->points;
    const double deviation = largest_deviation(study, r, p), need = kl_forecast_needed(study, r, p);
    char word[KL_NAME];
    printf("%5d", p);
    for (int c = 0; c < points->ncolumns; c++)
        if (kl_column_word(&points->column[c], points->value[p * points->ncolumns + c], word))
            printf(" %12s", word);
        else
            printf(" %12.6g", points->value[p * points->ncolumns + c]);
    printf(" %14.3g", deviation);
    if (study->until.relative_error == 0)
        printf(" %14.3g\n", standard_error(study, deviation));
    else if (isnan(need))
        printf(" %14s\n", "-");
    else
        printf(" %14.0f%s\n", need, need > (double)study->until.most ? " (above max)" : "");
}

void kl_forecast_print(const kl_study *study, const kl_results *r)
{
    if (!r)
        return;
    printf("\nforecast from the limits, largest over stations and observables\n%5s", "point");
    for (int c = 0; c < study->description->points.ncolumns; c++)
        printf(" %12s", study->description->points.column[c].name);
    printf(" %14s %14s\n", "deviation",
           study->until.relative_error > 0 ? "realizations" : "standard error");
    for (int p = 0; p < r->npoints; p++)
        print_point(study, r, p);
}

void kl_forecast_json(const kl_study *study, const kl_results *r, kl_json *json)
{
    const kl_points *points = &study->description->points;
    kl_json_open(json, "forecast", '[');
    for (int p = 0; r && p < r->npoints; p++) {
        const double deviation = largest_deviation(study, r, p);
        kl_json_open(json, NULL, '{');
        kl_layout_json_point(points->column, points->ncolumns, points->value + p * points->ncolumns,
                             json);
        kl_json_number(json, "deviation", deviation);
        if (study->until.relative_error > 0)
            kl_json_number(json, "realizations", kl_forecast_needed(study, r, p));
        else
            kl_json_number(json, "standard_error", standard_error(study, deviation));
        kl_json_close(json, '}');
    }
    kl_json_close(json, ']');
}

/* ---- the limits ---- */

static bool says_anything(const kl_study *study, const kl_results *r)
{
    for (int p = 0; p < r->npoints; p++)
        if (!isnan(largest_deviation(study, r, p)))
            return true;
    return false;
}

kl_status kl_forecast_make(const kl_study *study, MPI_Comm comm, kl_results **out, kl_error *err)
{
    kl_study few = *study; /* no room for its samples is needed */
    bool any = false;
    int rank;
    *out = NULL;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < study->description->nlimits; i++)
        any = any || study->description->limit[i].moment > 0;
    if (!any || !study->solve_limits)
        return KL_OK;
    few.batches = 1;
    few.finer = NULL;
    few.covariance = false;
    kl_status status = rank == 0 ? kl_collect_create(&few, NULL, out, err) : KL_OK;
    status = kl_agree(comm, status, err);
    const kl_limits_run run = {.comm = comm, .quiet = true, .patience = PATIENCE};
    if (status == KL_OK)
        status = kl_limits_solve(&few, &run, *out, err);
    if (*out && (status != KL_OK || !says_anything(study, *out)))
        kl_results_destroy(out);
    return status;
}
