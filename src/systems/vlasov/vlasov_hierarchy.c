/* What the equation of one particle has beyond Vlasov's (continuum/hierarchy.h), of all orbitals.
 */
#include "systems/vlasov/vlasov_study.h"

#include "base/memory.h"

#include <stdlib.h>

/* terms[count][2] of this rank's orbitals, and of exact runs the third one. */
static kl_status measure_one(const kl_orbitals *o, kl_hierarchy *h, const kl_phase_observable *j,
                             kl_many *many, int which, double *terms, double *value, kl_error *err)
{
    kl_hierarchy_set(h, j);
    for (int64_t k = 0; k < o->count; k++)
        kl_hierarchy_terms(h, k, &terms[2 * k], &terms[2 * k + 1]);
    KL_TRY(kl_orbitals_mean(o, 2, terms, value, err));
    return many ? kl_many_correlation(many, which, h, &value[2], err) : KL_OK;
}

/* pair[npairterms] of the second equation. */
static kl_status measure_pairs(const vlasov *v, kl_many *many, int which, const kl_hierarchy *h,
                               double *pair, kl_error *err)
{
    kl_many_pair_terms terms;
    if (v->npairterms == 0)
        return KL_OK;
    KL_TRY(kl_many_pair_equation(many, which, h, &terms, err));
    pair[0] = terms.moyal;
    pair[1] = terms.force;
    pair[2] = terms.exchange;
    pair[3] = terms.correlation;
    return KL_OK;
}

kl_status vlasov_measure_hierarchy(const vlasov *v, const vlasov_view *view, kl_many *many,
                                   int which, double *value, double *bound, kl_error *err)
{
    const kl_orbitals *o = view->o;
    const size_t n = (size_t)o->all * o->grid.local;
    kl_hierarchy h = {0};
    double *terms = NULL;
    complex double *every = NULL;
    kl_status status = kl_alloc(n, sizeof *every, "hierarchy", &every, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (size_t)(o->count + 1), sizeof *terms, "hierarchy", &terms, err);
    KL_GOTO(kl_agree(o->comm, status, err));
    kl_orbitals_gather(o, view->phi, every);
    status = kl_hierarchy_create(&o->grid, &v->potential, &v->interaction, o->all, every, o->first,
                                 o->count, &h, err);
    KL_GOTO(kl_agree(o->comm, status, err));
    for (int k = 0; k < v->nhierarchy; k++) {
        KL_GOTO(measure_one(o, &h, &v->observables.observable[v->hierarchy_of[k]], many, which,
                            terms, value + k * v->nterms, err));
        KL_GOTO(measure_pairs(v, many, which, &h,
                              value + v->nhierarchy * v->nterms + k * v->npairterms, err));
        bound[k] = kl_hierarchy_bound(&h, v->droplet_x);
    }
done:
    kl_hierarchy_destroy(&h);
    free(every);
    free(terms);
    return status;
}
