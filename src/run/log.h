/* What happens in a run, for programs: one JSON object a line, appended to a file (docs/watch.md).
 *
 * Every line has `event` and `time` (UTC). Local, on the one rank that opened it; NULL is no log,
 * and writing to it does nothing.
 */
#ifndef KL_RUN_LOG_H
#define KL_RUN_LOG_H

#include "config/json.h"
#include "kinlim/status.h"
#include "kinlim/study.h"

/* KL_INPUT: no such folder, or a file that is no log; KL_ENVIRONMENT: it cannot be written. */
kl_status kl_log_open(const char *path, kl_log **out, kl_error *err);
void kl_log_close(kl_log **log);

/* A line: what is put into *json between the two is in it; NULL without a log. */
kl_json *kl_log_begin(kl_log *log, const char *event);
void kl_log_end(kl_log *log);

void kl_log_warning(kl_log *log, const char *text);

#endif
