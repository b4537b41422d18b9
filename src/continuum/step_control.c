#include "continuum/step_control.h"

#include <math.h>

enum { BITS = 40, PAIRS = 4 }; /* pairs for one that is checked */

static const double rounding_floor = 4e-15; /* a difference that tells nothing */

double kl_step_rounding(const kl_step_progress *progress, double points)
{
    return 2e-16 * log2(points) * sqrt(1 + progress->transforms);
}

/* The number of halvings of the interval whose pieces are at most a pair. */
static int level_of(double interval, double pair)
{
    int level = 0;
    while (level < BITS && interval > pair * (1 + 1e-9)) {
        interval /= 2;
        level++;
    }
    return level;
}

static void count(const kl_step_scheme *s, kl_step_progress *p, double steps)
{
    p->transforms += steps * s->transforms;
}

/* Some pairs; *error is that of each. False: the first was too long, and nothing is done. */
static bool pass(const kl_step_scheme *s, kl_step_progress *p, int64_t pairs, double allowed,
                 double *error)
{
    *error = 0;
    if (s->order > 0) {
        *error = s->compare(s->state) / (pow(2, s->order) - 1);
        count(s, p, 3);
        if (*error > fmax(allowed, rounding_floor)) {
            s->undo(s->state, 2);
            return false;
        }
        pairs--;
        p->error += *error;
    }
    s->run(s->state, 2 * pairs);
    count(s, p, 2 * (double)pairs);
    p->error += (double)pairs * *error;
    return true;
}

/* Pairs that may go now: until the end, or a place where they may become longer. */
static int64_t pairs_at(int64_t position, int64_t unit)
{
    const int64_t left = (((int64_t)1 << BITS) - position) / unit,
                  aligned = PAIRS - position / unit % PAIRS;
    return left < aligned ? left : aligned;
}

/* After a pass whose pairs were within what is allowed: may they be longer? */
static double next_pair(const kl_step_scheme *s, const kl_step_progress *p, int64_t unit,
                        double pair, double error, double allowed)
{
    return error < allowed / (1.5 * pow(2, s->order)) && p->position / unit % 2 == 0 ? 2 * pair
                                                                                     : pair;
}

kl_status kl_step_advance(const kl_step_scheme *s, const kl_step_goal *goal, double from, double to,
                          kl_step_progress *p, bool *reached, kl_error *err)
{
    const double interval = to - from;
    double work = 1e8;
    while (interval > 0 && p->position < (int64_t)1 << BITS && work > 0) {
        const int level = level_of(interval, p->pair);
        const int64_t unit = (int64_t)1 << (BITS - level);
        const double pair = ldexp(interval, -level), share = pair / goal->last,
                     allowed = share * goal->tolerance / 2;
        double error;
        if (level > 30)
            return kl_fail(err, KL_INPUT,
                           "propagator.tolerance: %g cannot be reached: steps of %.2g are too long",
                           goal->tolerance, pair);
        const int64_t pairs = pairs_at(p->position, unit);
        s->set(s->state, pair / 2);
        if (!pass(s, p, pairs, allowed, &error)) {
            p->pair = pair / 2;
            continue;
        }
        p->position += pairs * unit;
        work -= s->work * (double)pairs;
        if (s->order > 0)
            p->pair = next_pair(s, p, unit, pair, error, allowed);
    }
    *reached = interval <= 0 || p->position == (int64_t)1 << BITS;
    if (*reached)
        p->position = 0;
    return KL_OK;
}
