/* The table of the systems that kinlim has itself, one row each. */
#ifndef KL_SYSTEMS_SYSTEMS_H
#define KL_SYSTEMS_SYSTEMS_H

#include "kinlim/system.h"

extern const kl_system *const kl_systems[]; /* ends with NULL */

/* By name. KL_INPUT (through kl_config_fail on `root`) if there is none. */
kl_status kl_system_find(kl_node *root, const char *name, const kl_system **out, kl_error *err);

/* Versions of the libraries in use, one "name=version" a call, until NULL. Local. */
const char *kl_systems_library(int i, char *text, size_t size);

#endif
