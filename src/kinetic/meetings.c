#include "kinetic/meetings.h"

#include "base/memory.h"
#include "kinetic/panels.h"
#include "kinetic/quadrature.h"

#include <math.h>
#include <stdlib.h>

typedef struct making {
    kl_meetings *to;
    double early, late;
    int points;
    double *node, *weight; /* [points], of [0, 1] */
    double *row;           /* [points] */
} making;

/* The index of a time, which is added if it is new. */
static int index_of(kl_meetings *to, double time)
{
    for (int i = 0; i < to->ntimes; i++)
        if (fabs(to->time[i] - time) < 1e-12 * (1 + time))
            return i;
    to->time[to->ntimes] = time;
    return to->ntimes++;
}

static void add(const making *m, double early_to_go, double late_to_go, double weight)
{
    const double start = m->early - early_to_go;
    kl_meeting *next = &m->to->meeting[m->to->n++];
    next->lag = m->late - late_to_go - start;
    next->weight = weight;
    next->start = index_of(m->to, start);
    next->early = index_of(m->to, early_to_go);
    next->late = index_of(m->to, late_to_go);
}

/* int_0^1 dt l_i(t) int_0^t dt' l_j(t') */
static double triangle(const making *m, int i, int j)
{
    double sum = 0;
    for (int a = 0; a < m->points; a++) {
        double inner = 0;
        for (int b = 0; b < m->points; b++) {
            kl_lagrange_row(m->points, m->node, m->node[a] * m->node[b], m->row);
            inner += m->weight[b] * m->node[a] * m->row[j];
        }
        kl_lagrange_row(m->points, m->node, m->node[a], m->row);
        sum += m->weight[a] * m->row[i] * inner;
    }
    return sum;
}

/* Times to go t and t' < t over [0, both], later by what the one has more than the other. */
static void add_triangle(const making *m)
{
    const double both = fmin(m->early, m->late);
    for (int i = 0; i < m->points; i++)
        for (int j = 0; j < m->points; j++)
            add(m, m->early - both + both * m->node[i], m->late - both + both * m->node[j],
                both * both * triangle(m, i, j));
}

/* The late meeting is after T_e. */
static void add_rectangle(const making *m)
{
    const double after = m->late - m->early;
    for (int i = 0; after > 0 && i < m->points; i++)
        for (int j = 0; j < m->points; j++)
            add(m, m->early * m->node[i], after * m->node[j],
                m->early * m->weight[i] * after * m->weight[j]);
}

/* In the order of time. */
static kl_status sort_times(kl_meetings *to, kl_error *err)
{
    int *rank;
    KL_TRY(kl_alloc((size_t)to->ntimes, sizeof *rank, "times", &rank, err));
    for (int i = 0; i < to->ntimes; i++)
        for (int j = 0; j < to->ntimes; j++)
            rank[i] += to->time[j] < to->time[i];
    double *sorted;
    kl_status status = kl_alloc((size_t)to->ntimes, sizeof *sorted, "times", &sorted, err);
    for (int i = 0; status == KL_OK && i < to->ntimes; i++)
        sorted[rank[i]] = to->time[i];
    for (int i = 0; status == KL_OK && i < to->n; i++) {
        kl_meeting *m = &to->meeting[i];
        m->start = rank[m->start];
        m->early = rank[m->early];
        m->late = rank[m->late];
    }
    free(rank);
    if (status == KL_OK) {
        free(to->time);
        to->time = sorted;
    }
    return status;
}

kl_status kl_meetings_create(double early, double late, int points, kl_meetings *meetings,
                             kl_error *err)
{
    const size_t n = (size_t)points;
    making m = {.to = meetings, .early = early, .late = late, .points = points};
    *meetings = (kl_meetings){0};
    kl_status status;
    KL_GOTO(kl_alloc(3 * n, sizeof *m.node, "times", &m.node, err));
    m.weight = m.node + n;
    m.row = m.weight + n;
    KL_GOTO(kl_alloc(2 * n * n, sizeof *meetings->meeting, "times", &meetings->meeting, err));
    KL_GOTO(kl_alloc(6 * n * n + 1, sizeof *meetings->time, "times", &meetings->time, err));
    kl_gauss_legendre(points, m.node, m.weight);
    index_of(meetings, 0);
    add_triangle(&m);
    add_rectangle(&m);
    KL_GOTO(sort_times(meetings, err));
done:
    free(m.node);
    return status;
}

void kl_meetings_destroy(kl_meetings *meetings)
{
    free(meetings->meeting);
    free(meetings->time);
    *meetings = (kl_meetings){0};
}
