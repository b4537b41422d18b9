/* The kinetic limit of each graph at fixed T = eta^2 t: decorated ladders alone remain
 * (graphs/recollisions.h), a factor -conj(Gamma) per recollision of the left line, -Gamma of the
 * right one, and 2 pi N per rung with the average over the shell (kinetic/order_limits.h). Of
 * several lines: E<J,W> to the r-th power, and no more. For S = p.X in d = 2, 3 and observables of
 * momentum alone. */
#ifndef KL_SYSTEMS_FEYNMAN_LIMIT_H
#define KL_SYSTEMS_FEYNMAN_LIMIT_H

#include "systems/graphs/feynman_values.h"

/* As kl_limit.solve. */
kl_status feynman_limit_solve(const feynman *f, int point, MPI_Comm comm, kl_limit_values *out,
                              kl_error *err);

#endif
