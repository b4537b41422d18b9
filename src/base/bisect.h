/* Bisection. Local. */
#ifndef KL_BASE_BISECT_H
#define KL_BASE_BISECT_H

#include <stdbool.h>

/* Where `holds` ends between `from`, at which it does, and `to`, at which it does not: the middle
 * of what is left after so many halvings. `to` may be below `from`; neither end is asked. */
double kl_bisect(bool (*holds)(const void *context, double x), const void *context, double from,
                 double to, int halvings);

#endif
