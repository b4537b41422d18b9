/* Shared by the files of the `vlasov` system only. */
#ifndef KL_SYSTEMS_VLASOV_STUDY_H
#define KL_SYSTEMS_VLASOV_STUDY_H

#include "continuum/box_tails.h"
#include "continuum/many.h"
#include "continuum/orbital_steps.h"
#include "parts/phase_observables.h"
#include "parts/phase_pictures.h"
#include "parts/smooth_keys.h"
#include "parts/split_keys.h"
#include "parts/warnings.h"

typedef enum vlasov_method { HARTREE, HARTREE_FOCK, EXACT } vlasov_method;

enum { COLUMNS = 3, MOST_CHECKS = 9 };

typedef struct vlasov_solved { /* the reference's numbers, the next order's, once they are known */
    bool known, reached;
    double *value, *error; /* [ntimes][observables.n] */
} vlasov_solved;

typedef struct vlasov {
    kl_stations times;
    int64_t dimension;
    double side;
    vlasov_method method;
    double displacement[3];
    int npoints;
    kl_box_point *point;         /* [npoints]: eps is hbar; x, p as far as the cloud comes */
    int64_t *particles;          /* [npoints] */
    double *columns;             /* [npoints][COLUMNS]: particles, hbar, sites */
    double droplet_x, droplet_p; /* how far the droplet itself comes */
    kl_smooth potential, interaction;
    kl_phase_observables observables;
    kl_phase_pictures pictures; /* with the Wigner function, `negativity` is known */
    kl_split_keys propagator;
    double tolerance; /* of the reference */
    bool pairs;       /* the two-particle defect of each observable that has one */
    bool hierarchy;   /* the terms of the hierarchy's first equation likewise; of exact runs
                         with pairs, of the second */
    bool kohn;        /* U is a sum of parabolas: the centre of mass is known, */
    double square[3], slope[3]; /* U = sum_j square x_j^2 + slope x_j */
    int nquantities, ndefects, nhierarchy, nterms, npairterms;
    kl_quantity *quantity; /* of the observables, their defects, terms, negativity */
    int *defect_of;        /* [ndefects]: of which observable */
    int *hierarchy_of;     /* [nhierarchy]: of which observable are there terms */
    int nchecks;
    const char *check[MOST_CHECKS];
    vlasov_solved solved[2];
    int nlimits;
    kl_limit limit[2];
    kl_warnings warnings;
    kl_description description;
} vlasov;

/* What is always checked; then the centre of mass, then the Wigner function's marginals. */
enum { ORTHONORMALITY, NUMBER, ENERGY_DRIFT, SPLITTING, EDGE, BAND, IMAGES, ALWAYS };
/* Of exact runs in the place of some of them. */
enum { CORRELATION = ORTHONORMALITY, BASIS = SPLITTING, PAIRS = IMAGES };

static inline int vlasov_terms(const vlasov *v) /* the place of the first of the hierarchy's */
{
    return v->observables.n + v->ndefects;
}
static inline int vlasov_pair_terms(const vlasov *v) /* likewise of the second equation's */
{
    return vlasov_terms(v) + v->nhierarchy * v->nterms;
}
static inline int vlasov_negativity(const vlasov *v) /* the place of that quantity */
{
    return vlasov_pair_terms(v) + v->nhierarchy * v->npairterms;
}

/* ---- points ---- */

extern const kl_key vlasov_points_table[];
/* All that is read with it, and grids that hold the cloud at all times. */
kl_status vlasov_read_points(vlasov *v, kl_node *root, kl_error *err);
double vlasov_fermi_energy(int64_t dimension);

/* ---- limits ---- */

extern const kl_key vlasov_limits_table[];
kl_status vlasov_read_limits(vlasov *v, kl_node *root, kl_error *err);

/* ---- measurement ---- */

typedef struct vlasov_view { /* orbitals at one time; phi[count][local] are as one wants their mean
                              */
    const kl_orbitals *o;
    complex double *phi, *u, *w; /* scratch arrays */
    const double *potential;     /* [points] */
} vlasov_view;

/* mean[observables.n] of all but the energy, NAN there. Collective over o->comm. */
kl_status vlasov_measure_observables(const vlasov *v, const vlasov_view *view, double *mean,
                                     kl_error *err);
/* defect[ndefects] of the determinant of all orbitals. Collective. */
kl_status vlasov_measure_defects(const vlasov *v, const vlasov_view *view, const double *mean,
                                 double *defect, kl_error *err);
/* value[nhierarchy][nterms]: Moyal's, exchange, and of exact runs correlation, `many` and `which`
 * as of kl_many_correlation(); then [nhierarchy][npairterms] of the second equation: Moyal's,
 * force, exchange, correlation; bound[nhierarchy]: of each of them. Collective. */
kl_status vlasov_measure_hierarchy(const vlasov *v, const vlasov_view *view, kl_many *many,
                                   int which, double *value, double *bound, kl_error *err);
kl_status vlasov_measure_tails(const vlasov_view *view, double *edge, double *band, kl_error *err);
/* What images of the cloud in the periodic box change of the mean field, in l2 with the weight rho,
 * at most; rho[points] is filled. Collective. KL_ENVIRONMENT: no memory. */
kl_status vlasov_measure_images(const vlasov *v, const vlasov_view *view, double *rho, double *off,
                                kl_error *err);
/* Collective. */
kl_status vlasov_measure_pictures(const vlasov *v, int point, const vlasov_view *view,
                                  double **field, kl_wigner_totals *totals, kl_error *err);
/* How far the centre of mass is from where it should be. Collective. */
double vlasov_measure_kohn(const vlasov *v, const vlasov_view *view, double *rho, double time);

/* ---- the run, as in kl_system ---- */

kl_cost vlasov_cost(const void *self, int point, int group_ranks);
kl_status vlasov_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status vlasov_start(void *run, int64_t batch, kl_error *err);
kl_status vlasov_advance(void *run, int station, bool *reached, kl_error *err);
kl_status vlasov_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void vlasov_end(void **run);
kl_packing vlasov_packing(const void *run, int station);
kl_packing vlasov_shape(const void *run);
void vlasov_pack(const void *run, int64_t piece, void *bytes);
void vlasov_unpack(void *run, int64_t piece, const void *bytes);
void vlasov_restored(void *run, int station);

#endif
