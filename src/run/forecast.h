/* What the limits say of a study before it runs: how much its samples will fluctuate, and how many
 * realizations a wanted precision will ask for. In leading order of the small parameter. */
#ifndef KL_RUN_FORECAST_H
#define KL_RUN_FORECAST_H

#include "config/json.h"
#include "study/study.h"

/* True if the precision of this quantity is asked for. Local. */
bool kl_forecast_watches(const kl_until *until, const kl_quantity *quantity);

/* The standard deviation of one number in the limit; NAN: it is not known. Local. */
double kl_forecast_deviation(const kl_results *results, int point, int number);

/* The batches at a point after which the interval of the statistic of `until` will be as narrow as
 * is wanted, at every station, for every part of the observables; NAN: the solved limits in
 * `results` do not say, or nothing is wanted. Local. */
double kl_forecast_needed(const kl_study *study, const kl_results *results, int point);

/* Solves the limits that take a few seconds. *out, on rank 0, is the caller's; NULL on the others,
 * and where they say nothing. Collective over comm. */
kl_status kl_forecast_make(const kl_study *study, MPI_Comm comm, kl_results **out, kl_error *err);

/* What they say of each point, on standard output; as the list `forecast` of an open object;
 * nothing for NULL. Local. */
void kl_forecast_print(const kl_study *study, const kl_results *results);
void kl_forecast_json(const kl_study *study, const kl_results *results, kl_json *json);

#endif
