/* The realizations in flight of an unfinished run, from the checkpoints in its journal. Local. */
#ifndef KL_RUN_UNFINISHED_H
#define KL_RUN_UNFINISHED_H

#include "config/json.h"

/* A line for each. */
void kl_unfinished_print(const char *journal, FILE *out);
/* The member `in_flight` of an open object: a list. */
void kl_unfinished_json(const char *journal, kl_json *json);

#endif
