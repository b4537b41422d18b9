/* Row kernels in one precision: included by stencil_rows.h with REAL, ROWS, LANES
 * and NAME(). A row goes in vectors of LANES sites. The neighbours along the row are
 * put together from the vectors before and after; in the first and the last one
 * the site at the row's other end is put in. The last vector may overlap the one
 * before it: it is computed before anything is written, and written last. */

typedef REAL NAME(vector) __attribute__((vector_size(KL_VECTOR)));
typedef float NAME(omegas) __attribute__((vector_size(LANES * sizeof(float))));

/* A row and its neighbours. */
typedef struct NAME(row) {
    const REAL *c, *y0, *y1, *z0, *z1, *v; /* v: where it is not c */
    const float *omega;
    REAL *b, *acc;
    int64_t n;
    const REAL *left, *right; /* apart: the sites before and after the row */
    REAL hop, potential, shift, c0, c1;
} NAME(row);

KL_INLINE NAME(vector) NAME(load)(const REAL *p)
{
    NAME(vector) v;
    memcpy(&v, p, sizeof v);
    return v;
}

KL_INLINE void NAME(store)(REAL *p, NAME(vector) v)
{
    memcpy(p, &v, sizeof v);
}

/* New b of the sites from i on, where a is c and has the neighbours left and right. */
KL_INLINE NAME(vector) NAME(value)(int dims, bool subtract, bool other, const NAME(row) * r,
                                   int64_t i, NAME(vector) left, NAME(vector) c, NAME(vector) right)
{
    NAME(omegas) omega;
    memcpy(&omega, r->omega + i, sizeof omega);
    NAME(vector) s = left + right;
    if (dims == 3)
        s = s + (NAME(load)(r->y0 + i) + NAME(load)(r->y1 + i));
    if (dims >= 2)
        s = s + (NAME(load)(r->z0 + i) + NAME(load)(r->z1 + i));
    NAME(vector) diagonal = r->potential * __builtin_convertvector(omega, NAME(vector));
    if (!subtract)
        diagonal = diagonal + r->shift;
    const NAME(vector) value = r->hop * s + diagonal * (other ? NAME(load)(r->v + i) : c);
    return subtract ? value - NAME(load)(r->b + i) : value;
}

KL_INLINE NAME(vector) NAME(total)(const NAME(row) * r, int64_t i, NAME(vector) value)
{
    return (NAME(load)(r->acc + i) + r->c0 * NAME(load)(r->b + i)) + r->c1 * value;
}

KL_INLINE void NAME(put)(bool acc, const NAME(row) * r, int64_t i, NAME(vector) value)
{
    if (acc)
        NAME(store)(r->acc + i, NAME(total)(r, i, value));
    NAME(store)(r->b + i, value);
}

/* The same for one site. */
KL_INLINE void NAME(site)(int dims, bool subtract, bool other, bool acc, const NAME(row) * r,
                          int64_t i, REAL left, REAL right)
{
    REAL s = left + right;
    if (dims == 3)
        s = s + (r->y0[i] + r->y1[i]);
    if (dims >= 2)
        s = s + (r->z0[i] + r->z1[i]);
    REAL diagonal = r->potential * (REAL)r->omega[i];
    if (!subtract)
        diagonal = diagonal + r->shift;
    REAL value = r->hop * s + diagonal * (other ? r->v[i] : r->c[i]);
    if (subtract)
        value = value - r->b[i];
    if (acc)
        r->acc[i] = (r->acc[i] + r->c0 * r->b[i]) + r->c1 * value;
    r->b[i] = value;
}

KL_INLINE void NAME(short_row)(int dims, bool subtract, bool other, bool acc, bool apart,
                               const NAME(row) * r)
{
    const int64_t n = r->n;
    const REAL *left = apart ? r->left : &r->c[n - 1], *right = apart ? r->right : &r->c[0];
    for (int64_t i = 0; i < n; i++)
        NAME(site)
    (dims, subtract, other, acc, r, i, dims > 1 && i == 0 ? *left : r->c[i - 1],
     dims > 1 && i == n - 1 ? *right : r->c[i + 1]);
}

KL_INLINE void NAME(long_row)(int dims, bool subtract, bool other, bool acc, bool apart,
                              const NAME(row) * row)
{
    const NAME(row) copy = *row, *r = &copy;
    const int64_t end = r->n - LANES;
    NAME(vector) before = NAME(load)(r->c - 1), after = NAME(load)(r->c + end + 1);
    if (dims > 1) { /* for d = 1 the ghosts are there */
        before[0] = apart ? *r->left : r->c[r->n - 1];
        after[LANES - 1] = apart ? *r->right : r->c[0];
    }
    NAME(vector) previous = NAME(load)(r->c), c = NAME(load)(r->c + LANES);
    NAME(vector) last_total = previous;
    const NAME(vector) last = NAME(value)(dims, subtract, other, r, end, NAME(load)(r->c + end - 1),
                                          NAME(load)(r->c + end), after);
    if (acc)
        last_total = NAME(total)(r, end, last);
    const NAME(vector) first =
        NAME(value)(dims, subtract, other, r, 0, before, previous, NAME(load)(r->c + 1));
    NAME(put)(acc, r, 0, first);
    int64_t i = LANES;
    for (; i + 2 * LANES <= r->n; i += LANES) {
        const NAME(vector) next = NAME(load)(r->c + i + LANES);
        const NAME(vector) left = KL_LEFT(previous, c, NAME(load)(r->c + i - 1));
        const NAME(vector) right = KL_RIGHT(c, next, NAME(load)(r->c + i + 1));
        NAME(put)(acc, r, i, NAME(value)(dims, subtract, other, r, i, left, c, right));
        previous = c;
        c = next;
    }
    if (i < end) { /* a whole vector more would leave the row */
        const NAME(vector) left = NAME(load)(r->c + i - 1), right = NAME(load)(r->c + i + 1);
        NAME(put)(acc, r, i, NAME(value)(dims, subtract, other, r, i, left, c, right));
    }
    NAME(store)(r->b + end, last);
    if (acc)
        NAME(store)(r->acc + end, last_total);
}

KL_INLINE void NAME(one_row)(int dims, bool subtract, bool other, bool acc, bool apart,
                             const NAME(row) * r)
{
    if (r->n < 2 * LANES)
        NAME(short_row)(dims, subtract, other, acc, apart, r);
    else
        NAME(long_row)(dims, subtract, other, acc, apart, r);
}

KL_INLINE void NAME(all_rows)(int dims, bool other, bool apart, const ROWS *a)
{
    for (int64_t y = a->from; y < a->to; y++) {
        bring_near((const char *)a->ahead + (y - a->from) * a->ahead_row, a->ahead_row);
        const int64_t at = y * a->n;
        const REAL *low = y       ? a->c + at - a->n
                          : apart ? a->around->low
                                  : a->c + (a->rows - 1) * a->n;
        const REAL *high = y + 1 < a->rows ? a->c + at + a->n : apart ? a->around->high : a->c;
        const bool across = apart && dims == 3; /* rows follow each other along axis 0 */
        const NAME(row)
            r = {.c = a->c + at,
                 .y0 = across ? a->z0 + at : low,
                 .y1 = across ? a->z1 + at : high,
                 .z0 = across ? low : a->z0 + at,
                 .z1 = across ? high : a->z1 + at,
                 .left = apart ? (const REAL *)a->around->left + y * a->around->left_row : NULL,
                 .right = apart ? (const REAL *)a->around->right + y * a->around->right_row : NULL,
                 .v = other ? a->v + at : NULL,
                 .omega = a->omega + at,
                 .b = a->b + at,
                 .acc = a->acc ? a->acc + at : NULL,
                 .n = a->n,
                 .hop = a->hop,
                 .potential = a->potential,
                 .shift = a->shift,
                 .c0 = a->c0,
                 .c1 = a->c1};
        if (a->acc)
            NAME(one_row)(dims, true, other, true, apart, &r);
        else
            NAME(one_row)(dims, a->subtract, other, false, apart, &r);
    }
}

KL_INLINE void NAME(rows)(int dims, const ROWS *a)
{
    if (a->v)
        NAME(all_rows)(dims, true, false, a);
    else if (dims > 1 && a->around) /* of one vector alone */
        NAME(all_rows)(dims, false, true, a);
    else
        NAME(all_rows)(dims, false, false, a);
}

static void NAME(1)(const ROWS *rows)
{
    NAME(rows)(1, rows);
}
static void NAME(2)(const ROWS *rows)
{
    NAME(rows)(2, rows);
}
static void NAME(3)(const ROWS *rows)
{
    NAME(rows)(3, rows);
}
