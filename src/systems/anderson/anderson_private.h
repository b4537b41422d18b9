/* Shared by the files of the `anderson` system only. */
#ifndef KL_SYSTEMS_ANDERSON_PRIVATE_H
#define KL_SYSTEMS_ANDERSON_PRIVATE_H

#include "dynamics/initial.h"
#include "kinetic/boltzmann.h"
#include "parts/keys.h"

typedef enum anderson_field_type {
    HUSIMI_FIELD,
    MOMENTUM_FIELD,
    DENSITY_FIELD
} anderson_field_type;

typedef struct anderson_field { /* an entry of `fields` */
    int type;                   /* anderson_field_type */
    const char *name;
    int64_t axis; /* from 1 */
    double width; /* macroscopic; 0: its default at each point */
    int64_t positions, momenta;
    char long_name[128];
} anderson_field;

typedef struct anderson {
    int64_t dimension;
    kl_stations times;
    int npackets;
    kl_initial *packet; /* [npackets]: more than one are a superposition, of gaussians and bumps;
                         * mu differs by point and is set there */
    bool linear;        /* S = p.X in all of them */
    kl_disorder_keys disorder;
    kl_propagator propagator;
    double boltzmann_tolerance;
    bool no_limits, torus, infinite; /* what is wanted of the reference */
    kl_limit limit[2];
    kl_quantity *quantity;
    int npoints, nobservables;
    kl_lattice_points points;      /* unit = mu = eta^2 */
    const kl_lattice_point *point; /* [npoints], of points */
    kl_observable *observable;
    kl_symbol *symbol;     /* [nobservables] */
    bool *complex_valued;  /* [nobservables] */
    anderson_field *field; /* [description.nfields] */
    kl_description description;
} anderson;

enum { NORM_DRIFT, ENERGY_DRIFT, CHECKS };

/* Tables of keys: of the top of a study (NULL-terminated), of `initial`, of `fields`, and of width
 * and center, which envelopes and observables share. */
extern const kl_key *const anderson_keys[], *const anderson_initial_tables[];
extern const kl_key anderson_fields_table[], anderson_width_table[], anderson_center_table[];

kl_status anderson_open(kl_node *root, const kl_stations *times, bool no_limits, void **self,
                        kl_error *err);
void anderson_close(void **self);
kl_status anderson_read_initial(anderson *a, kl_node *node, kl_error *err);
kl_status anderson_check_initial(anderson *a, kl_node *root, kl_error *err);
void anderson_free_initial(anderson *a);
kl_initial anderson_packet(const anderson *a, int point, int i);
/* The start at a point, on psi's lattice. Collective. */
kl_status anderson_fill_initial(const anderson *a, int point, kl_state *psi, kl_error *err);
kl_status anderson_read_width(kl_node *node, double *width, kl_error *err);
kl_status anderson_read_center(const anderson *a, kl_node *node, double center[3], kl_error *err);
kl_propagation_setup anderson_setup(const anderson *a, int point);
int anderson_finer(const void *self, char text[][128], int most);

/* Fields: anderson_fields.c, anderson_fields_limit.c. */
kl_status anderson_read_fields(anderson *a, kl_node *root, kl_error *err);
int anderson_field_axis(const void *self, int point, int f, int axis, double *coordinate);
double anderson_field_width(const anderson *a, int point, int f);
/* Seconds of one measurement on one rank, and bytes of it in a group. */
kl_cost anderson_fields_cost(const anderson *a, int point, int group_ranks);
kl_status anderson_measure_fields(const anderson *a, int point, const kl_state *psi, double **field,
                                  kl_error *err);
/* `problem` without a start. */
kl_status anderson_fields_limit(const anderson *a, int point, const kl_kinetic_problem *problem,
                                MPI_Comm comm, kl_limit_values *out, kl_error *err);

kl_cost anderson_cost(const void *self, int point, int group_ranks);
kl_status anderson_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status anderson_start(void *run, int64_t batch, kl_error *err);
kl_status anderson_advance(void *run, int station, bool *reached, kl_error *err);
kl_status anderson_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
kl_status anderson_snapshot(void *run, int station, const char *path, kl_snapshot **snapshot,
                            kl_error *err);
void anderson_end(void **run);
kl_packing anderson_packing(const void *run, int station);
kl_packing anderson_shape(const void *run);
void anderson_pack(const void *run, int64_t piece, void *bytes);
void anderson_unpack(void *run, int64_t piece, const void *bytes);
void anderson_restored(void *run, int station);

/* Fills the start of packet i, and its share of the weight. Free the start on failure too. Local.
 */
kl_status anderson_kinetic_packet(const anderson *a, int point, int i, kl_kinetic_problem *problem,
                                  double *share, kl_error *err);
void anderson_kinetic_packet_free(kl_kinetic_problem *problem);

kl_status anderson_reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err);
kl_status anderson_infinite_reference(const void *self, int point, MPI_Comm comm,
                                      kl_limit_values *out, kl_error *err);
int anderson_same_reference(const void *self, int point);
int anderson_same_infinite(const void *self, int point);

/* ---- anderson_box.c: what the finite box changes ---- */

/* Whether observable k means the same in infinite space. */
bool anderson_has_infinite(const anderson *a, int k);
double anderson_size_effect(const void *self, int point, int time, int quantity);
/* Appends to the warnings; there is room for npoints + nobservables of them. */
void anderson_warn_of_box(anderson *a);
void anderson_advise(const void *self, FILE *out);

/* ---- anderson_concentration.c ---- */

kl_status anderson_constants(const void *self, int point, double *value, kl_error *err);
/* Appends to the warnings; there is room for npackets of them. */
void anderson_warn_of_concentration(anderson *a);

#endif
