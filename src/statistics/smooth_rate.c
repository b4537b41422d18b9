/* The exponent of a smooth function of x: see statistics.h.
 *
 * With t = log x and v = log |value| the slope is a = sum_i w_i v_i, w_i = (t_i - mean t)/S,
 * S = sum_i (t_i - mean t)^2. An error of v_i of at most d_i changes it by at most sum |w_i| d_i;
 * the scatter s about the line, on n - 2 degrees of freedom, gives the standard error s/sqrt(S).
 * Local.
 */
#include "statistics/statistics.h"

#include <math.h>

#define SAME_LOG_X 1e-9 /* x that differ relatively by less are one */

/* The point's value is told from zero. */
static bool counts(double x, kl_estimate e)
{
    return x > 0 && isfinite(x) && isfinite(e.low) && isfinite(e.high) && e.low * e.high > 0;
}

typedef struct line {
    int n, positive; /* points that count; of them above zero */
    double t, v, tt; /* means of log x and log |value|; S */
} line;

static line survey(const double *x, const kl_estimate *value, int n)
{
    line l = {0};
    for (int i = 0; i < n; i++)
        if (counts(x[i], value[i])) {
            l.n++;
            l.positive += value[i].value > 0;
            l.t += log(x[i]);
            l.v += log(fabs(value[i].value));
        }
    l.t /= l.n;
    l.v /= l.n;
    for (int i = 0; i < n; i++)
        if (counts(x[i], value[i]))
            l.tt += pow(log(x[i]) - l.t, 2);
    return l;
}

bool kl_stats_fit_smooth_rate(const double *x, const kl_estimate *value, int n,
                              kl_estimate *exponent)
{
    const line l = survey(x, value, n);
    double slope = 0, bound = 0, scatter = 0;
    *exponent = (kl_estimate){NAN, NAN, NAN};
    if (l.n < 2 || !(sqrt(l.tt) > SAME_LOG_X) || (l.positive != 0 && l.positive != l.n))
        return false;
    for (int i = 0; i < n; i++)
        if (counts(x[i], value[i])) {
            const double w = (log(x[i]) - l.t) / l.tt;
            slope += w * log(fabs(value[i].value));
            bound += fabs(w) * fmax(fabs(log(value[i].high / value[i].value)),
                                    fabs(log(value[i].low / value[i].value)));
        }
    for (int i = 0; i < n; i++)
        if (counts(x[i], value[i]))
            scatter += pow(log(fabs(value[i].value)) - l.v - slope * (log(x[i]) - l.t), 2);
    const double half =
        bound + (l.n > 2 ? kl_stats_student(l.n - 2) * sqrt(scatter / (l.n - 2) / l.tt) : 0);
    *exponent = (kl_estimate){slope, slope - half, slope + half};
    return true;
}
