#include "base/bisect.h"

double kl_bisect(bool (*holds)(const void *context, double x), const void *context, double from,
                 double to, int halvings)
{
    for (int i = 0; i < halvings; i++) {
        const double middle = 0.5 * (from + to);
        *(holds(context, middle) ? &from : &to) = middle;
    }
    return 0.5 * (from + to);
}
