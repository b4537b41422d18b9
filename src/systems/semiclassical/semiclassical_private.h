/* Shared by the files of the `semiclassical` system only. */
#ifndef KL_SYSTEMS_SEMICLASSICAL_PRIVATE_H
#define KL_SYSTEMS_SEMICLASSICAL_PRIVATE_H

#include "parts/box_points.h"
#include "parts/phase_observables.h"
#include "parts/phase_pictures.h"
#include "parts/smooth_keys.h"
#include "parts/split_keys.h"
#include "parts/warnings.h"
#include "parts/wkb_keys.h"

enum { MOST_LIMITS = 3, COLUMNS = 2 };

typedef struct semiclassical_solved { /* numbers that no eps changes, once they are known */
    bool known, reached;
    double *value, *error; /* [ntimes][observables.n]; owned */
} semiclassical_solved;

typedef struct semiclassical {
    kl_stations times;
    int64_t dimension;
    double side;
    int npoints;
    kl_box_point *point; /* [npoints] */
    double *columns;     /* [npoints][COLUMNS]: eps, sites */
    kl_smooth potential;
    kl_wkb_packets start;
    kl_phase_observables observables;
    kl_split_keys propagator;
    double tolerance;           /* of the limits */
    kl_phase_pictures pictures; /* with the Wigner function, `negativity` is known */
    int nquantities;
    kl_quantity *quantity; /* of the observables, then negativity */
    kl_limit limit[MOST_LIMITS];
    semiclassical_solved *solved; /* [2]: the reference, its next order */
    kl_warnings warnings;
    kl_description description;
} semiclassical;

enum { NORM_DRIFT, ENERGY_DRIFT, SPLITTING, GRID, EDGE, BAND, SYMPLECTIC, MARGINALS, CHECKS };

int semiclassical_axis(const void *self, int point, int f, int axis, double *coordinate);

/* ---- points ---- */

/* The classical side of the study. */
kl_liouville semiclassical_liouville(const semiclassical *s);
extern const kl_key semiclassical_points_table[];
typedef struct semiclassical_keys {
    int64_t dimension;
    kl_reals eps;
    double box;
    kl_ints sites;
} semiclassical_keys;
/* Grids that resolve the start at all times; warns of what is not quite so. */
kl_status semiclassical_make_points(semiclassical *s, kl_node *root, const semiclassical_keys *keys,
                                    kl_error *err);

/* ---- limits ---- */

extern const kl_key semiclassical_limits_table[];
kl_status semiclassical_choose_limits(semiclassical *s, kl_node *root, kl_error *err);
void semiclassical_free_limits(semiclassical *s);

/* ---- the run, as in kl_system ---- */

kl_cost semiclassical_cost(const void *self, int point, int group_ranks);
kl_status semiclassical_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status semiclassical_start(void *run, int64_t batch, kl_error *err);
kl_status semiclassical_advance(void *run, int station, bool *reached, kl_error *err);
kl_status semiclassical_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void semiclassical_end(void **run);
kl_packing semiclassical_packing(const void *run, int station);
kl_packing semiclassical_shape(const void *run);
void semiclassical_pack(const void *run, int64_t piece, void *bytes);
void semiclassical_unpack(void *run, int64_t piece, const void *bytes);
void semiclassical_restored(void *run, int station);

#endif
