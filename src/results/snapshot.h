/* Snapshots of a distributed lattice field, e.g. |psi|^2, for ParaView:
 * parallel HDF5 (collective writes, one dataset a time) and an XDMF file beside
 * it that describes them. Collective over the comm given to create.
 */
#ifndef KL_RESULTS_SNAPSHOT_H
#define KL_RESULTS_SNAPSHOT_H

#include "kinlim/status.h"

typedef struct kl_snapshot kl_snapshot;

/* Creates PATH.h5, empty, where it is not. KL_INPUT: it is there and not empty, or a link, or
 * PATH.xdmf is there; nothing is ever overwritten. Local. */
kl_status kl_snapshot_reserve(const char *path, kl_error *err);

/* Creates PATH.h5 (or takes the one that is reserved) and PATH.xdmf; KL_INPUT as above. The field
 * has `dimension` axes of `sites` sites each, axis 0 slowest; macroscopic spacing `spacing`, the
 * coordinate of index 0 `origin` on every axis. `name`: of the field; `long_name`, `units` become
 * attributes. */
kl_status kl_snapshot_create(MPI_Comm comm, const char *path, int dimension, int sites,
                             double spacing, double origin, const char *name, const char *long_name,
                             const char *units, kl_snapshot **out, kl_error *err);

/* Writes planes [first, first+count) of axis 0, local part of this rank, in
 * single precision, as the frame at `time`. Planes of all ranks tile the axis. */
kl_status kl_snapshot_write(kl_snapshot *snapshot, double time, int first, int count,
                            const float *planes, kl_error *err);

/* Writes the XDMF file, closes both. NULL-safe. */
kl_status kl_snapshot_close(kl_snapshot **snapshot, kl_error *err);

#endif
