/* The Vlasov equation, the mean field and semiclassical limit of N fermions with hbar = N^(-1/d):
 *
 *   d_t f + p.grad_x f - grad(U + V*rho).grad_p f = 0,   rho(x) = int f dp,   d = 1, 2, 3
 *
 * (T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, (6.18), with a potential), from
 * the Thomas-Fermi droplet of the trap x^2/2, moved: f_0 = (2 pi)^-d on
 * |x - displacement|^2 + |p|^2 < 2 E_F, E_F = (d!)^(1/d); int f = 1.
 *
 * f is a step and never lies on a grid: it is the weights of Gauss nodes in the droplet
 * (thomas_fermi.h), which move as x'' = -grad(U + V*rho), V*rho of the nodes themselves
 * (mean_field.h). Because the flow is smooth, so are means of observables as functions of where a
 * node began, and the rule converges faster than any power of the number of nodes. It is repeated
 * with more nodes, more modes of V and shorter steps at once, until nothing changes: the last
 * change is the error. Nodes lie on the ranks in blocks that are summed in one order: the same bits
 * on any number of ranks. */
#ifndef KL_CLASSICAL_VLASOV_H
#define KL_CLASSICAL_VLASOV_H

#include "classical/liouville.h"

typedef struct kl_vlasov { /* nothing is owned */
    const kl_smooth *potential,
        *interaction; /* U; V, as kl_interaction_even() asks (mean_field.h) */
    double displacement[3];
    int ntimes;
    const double *times; /* increasing, from 0 on */
    int nobservables;
    const kl_phase_observable *observable; /* energy: p^2/2 + U + (V*rho)/2, of a particle */
    double tolerance;                      /* of each value, relative to the larger of 1 and it */
    bool (*stop)(void *context);           /* as of kl_limit_values; NULL: never */
    void *stop_context;
} kl_vlasov;

/* value[ntimes][nobservables], error likewise. *reached: the tolerance was. Indicators are not
 * waited for: their error says how good they are. Values are NAN where the droplet runs away.
 * Collective over comm. KL_ENVIRONMENT: no memory. KL_STOPPED. */
kl_status kl_vlasov_values(MPI_Comm comm, const kl_vlasov *v, double *value, double *error,
                           bool *reached, kl_error *err);

/* The coefficient c of Hartree's equation, <J> = (that of Vlasov) + c hbar^2 + O(hbar^4), of N
 * fermions in the lowest orbitals of the trap, whole shells, hbar = N^(-1/d) (vlasov_order.c); NAN
 * for observables that are not smooth. As kl_vlasov_values(). In d = 3 the nodes of a droplet that
 * is not radial are too many for it: kl_vlasov_radial(). */
kl_status kl_vlasov_next_order(MPI_Comm comm, const kl_vlasov *v, double *value, double *error,
                               bool *reached, kl_error *err);

/* Is the flow and its start the same under rotations? Local. */
bool kl_vlasov_radial(const kl_vlasov *v);

/* f along an axis as kl_liouville_field() has it: field[ntimes][nx][np]. NAN where the droplet runs
 * away. Collective. KL_ENVIRONMENT: no memory. KL_STOPPED. */
kl_status kl_vlasov_field(MPI_Comm comm, const kl_vlasov *v, const kl_liouville_grid *grid,
                          double **field, kl_error *err);

/* Seconds of the values, or of the next order, on one rank, roughly. Local. */
double kl_vlasov_seconds(const kl_vlasov *v, bool order);

#endif
