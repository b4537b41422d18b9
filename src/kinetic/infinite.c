/* a(X) = exp(-(X-X0)^2/(2 w^2)) meets |h|^2, a normal density of standard deviation s
 * moved by at most 2 T per axis, in w^d/(s^2+w^2)^(d/2) exp(-r^2/(2 (s^2+w^2))) at most,
 * r the distance left. F on a torus is the sum of its images, so the torus differs from
 * infinite space by the images of a, the nearest of which is ell - |X0 - c| away from c. */
#include "kinetic/infinite.h"

#include "kinetic/modes.h"

#include <math.h>

kl_status kl_infinite_side(const kl_kinetic_problem *problem, double *ell, double *bound,
                           kl_error *err)
{
    int d = problem->dimension;
    double last = problem->ntimes ? problem->times[problem->ntimes - 1] : 0, z = 6, largest = 0;
    for (int io = 0; io < problem->nobservables; io++)
        largest = fmax(largest, kl_observable_size(&problem->observables[io]));
    /* two images on each axis, in rows of images on the others, of which sums of a are below
     * 2 for d = 3 and so wide a torus; twice for those beyond. They may cost a twentieth of
     * the tolerance */
    if (problem->tolerance > 0 && largest > 0)
        z = fmax(z, sqrt(2 * fmax(log(160 * d * largest / problem->tolerance), 0)));
    *ell = 1;
    *bound = 8 * d * largest * exp(-0.5 * z * z);
    for (int io = 0; io < problem->nobservables; io++) {
        const kl_kinetic_observable *o = &problem->observables[io];
        double off = 0, tail = o->width * z;
        if (o->position == KL_KINETIC_POSITION_WAVE)
            return kl_fail(err, KL_INPUT,
                           "position: a wave of the torus has no meaning in infinite space: must "
                           "be gaussian or uniform");
        if (o->position == KL_KINETIC_POSITION_UNIFORM)
            continue;
        if (problem->envelope == KL_KINETIC_UNIFORM)
            return kl_fail(err, KL_INPUT,
                           "envelope: a plane wave fills infinite space: position must be uniform");
        for (int j = 0; j < d; j++)
            off = fmax(off, fabs(o->center[j] - problem->center[j]));
        if (problem->envelope == KL_KINETIC_GAUSSIAN)
            tail = z * hypot(o->width, problem->width);
        if (problem->envelope == KL_KINETIC_BUMP)
            tail += problem->width;
        *ell = fmax(*ell, off + 2 * last + tail);
    }
    return KL_OK;
}
