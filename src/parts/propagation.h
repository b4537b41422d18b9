/* One group's evolution of one vector through the times of a study, by the
 * method of its `propagator` key; and what every such run checks: the norm and
 * the energy of psi_t.
 */
#ifndef KL_PARTS_PROPAGATION_H
#define KL_PARTS_PROPAGATION_H

#include "dynamics/pencil_grid.h"
#include "dynamics/splitting.h"
#include "kinlim/system.h"
#include "lattice/edges.h"
#include "parts/lattice_points.h"
#include "parts/packets.h"
#include "parts/potential.h"
#include "parts/propagator.h"
#include "wigner/pairing.h"

typedef struct kl_propagation_setup {
    int dimension;
    int64_t sites;
    double eta;
    kl_stations times;
    double unit; /* t = T/unit */
    kl_propagator propagator;
    int orders; /* of a block that is evolved beside psi and shares its seams; 0: none */
} kl_propagation_setup;

enum { KL_MOST_OUTPUTS = KL_MOST_ACCUMULATORS };

typedef struct kl_propagation {
    kl_propagation_setup setup;
    MPI_Comm ordered; /* the group as pencils need it; or null */
    int node;         /* ranks of a node that follow each other in the group */
    kl_pencils pencils;
    kl_edges edges;
    kl_team team; /* of a node's ranks */
    kl_lattice lattice;
    float *own_omega; /* without a team */
    float *omega;     /* the potential over eta, kl_pencils_held() sites: filled by the caller */
    kl_seams seams;
    kl_hamiltonian h;
    kl_splitting *splitting; /* or NULL */
    kl_wigner *pairing;      /* for norm and energy */
    double probed;           /* kl_clock() of when h.blocking was found by trial; 0: not yet */
    void *scratch, *space;   /* for planes of others, if some ranks have none; or NULL */
    kl_state psi, out[KL_MOST_OUTPUTS]; /* of a lattice in pencils these are pencils */
    int outputs;                        /* states in out */
    kl_state slab;        /* of a lattice in pencils: the copy that is measured, in arrays which are
                             free then */
    const kl_state *seen; /* of which it is; NULL: of none */
    double radius, energy;   /* of this potential; energy at t = 0 */
    int served_from, served; /* times that the last sweep gave */
    double t;                /* microscopic time of psi, or of the last output */
} kl_propagation;

/* Of a point. Local. */
kl_propagation_setup kl_propagation_at(const kl_lattice_points *points, int point,
                                       const kl_stations *times, const kl_propagator *propagator);

/* Bound on rounding of psi at the last time; the largest of all points. Local. */
double kl_propagation_rounding(const kl_propagation_setup *setup);
double kl_propagation_worst_rounding(const kl_lattice_points *points, const kl_stations *times,
                                     const kl_propagator *propagator);

/* Of one propagation; `seconds` without measurements; most_ranks: a rank has a plane. Local. */
kl_cost kl_propagation_cost(const kl_propagation_setup *setup, int group_ranks);
/* Ranks that a group can have if the caller bears some that have no plane. Local. */
int64_t kl_propagation_most_ranks(const kl_propagation_setup *setup);

/* Collective over the group; free with destroy on failure too. *out must stay where it is. */
kl_status kl_propagation_create(const kl_propagation_setup *setup, MPI_Comm group,
                                kl_propagation *out, kl_error *err);
void kl_propagation_destroy(kl_propagation *propagation);

/* As kl_system.chosen: depth and tile, where they were tried. */
void kl_propagation_chosen(const kl_propagation *propagation, char text[KL_NAME]);

/* In this order: draw(), or fill omega with the potential of this rank's slab and potential();
 * bound(), which destroys psi and the outputs, and tries what is fastest on this machine if that
 * was not done lately; fill this rank's slab of psi and start(), or start_packets(). All
 * collective. eta: that of the study, by which potentials are drawn, whatever multiplies them in
 * setup. A lattice in pencils has its potential there, made there if it is drawn site by site
 * (d = 3); and so with psi and packets that are a product. */
void kl_propagation_draw(kl_propagation *propagation, const kl_disorder_keys *keys,
                         int distribution, double eta, const double *more, int64_t realization);
void kl_propagation_potential(kl_propagation *propagation);
void kl_propagation_bound(kl_propagation *propagation);
kl_status kl_propagation_start(kl_propagation *propagation, kl_error *err);
kl_status kl_propagation_start_packets(kl_propagation *propagation, const kl_packets *packets,
                                       kl_error *err);

/* *psi: the state at times.value[time], a slab, owned by the evolution, valid until the next
 * call. Times are taken in order. Collective. */
kl_status kl_propagation_advance(kl_propagation *propagation, int time, const kl_state **psi,
                                 kl_error *err);

/* Three arrays that hold nothing from the end of advance() to t > 0 until the next one, of slabs.
 * Local. */
void kl_propagation_spare(kl_propagation *propagation, void *array[3]);

/* Of the state that advance() gave: drift[0] = ||psi|^2 - 1|, drift[1] = |<H> - <H>_0|, from
 * |psi|^2 and <Delta>.
 * KL_BUG if one is more than a vector that is off by the tolerance can have. Collective. */
kl_status kl_propagation_check(kl_propagation *propagation, int time, const kl_state *psi,
                               double norm, double hop, double drift[2], kl_error *err);
/* The same, where norm and hopping are not known yet. */
kl_status kl_propagation_drift(kl_propagation *propagation, int time, const kl_state *psi,
                               double drift[2], kl_error *err);

/* Checkpoints, as in kinlim/system.h: psi at a time that ends a sweep; a piece is a plane, re
 * then im. */
kl_packing kl_propagation_packing(const kl_propagation *propagation, int time);
kl_packing kl_propagation_shape(const kl_propagation *propagation);
void kl_propagation_pack(const kl_propagation *propagation, int64_t plane, void *bytes);
void kl_propagation_unpack(kl_propagation *propagation, int64_t plane, const void *bytes);
void kl_propagation_restored(kl_propagation *propagation, int time);

#endif
