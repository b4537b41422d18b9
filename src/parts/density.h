/* Snapshots of |psi|^2 for ParaView. */
#ifndef KL_PARTS_DENSITY_H
#define KL_PARTS_DENSITY_H

#include "dynamics/state.h"
#include "kinlim/system.h"

/* Adds the density of psi at `time` to *snapshot, which is created at `path` if it is NULL; `unit`:
 * macroscopic distance of two sites. Collective over the group. KL_ENVIRONMENT. */
kl_status kl_density_snapshot(const kl_state *psi, double unit, double time, const char *path,
                              kl_snapshot **snapshot, kl_error *err);

#endif
