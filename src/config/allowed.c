/* What a key table allows, in words, and which known name a wrong one may
 * have meant: the optimal string alignment distance (insert, delete, replace,
 * swap of neighbours), case ignored. Local. */
#include "config/tree.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kl_count_limits(const kl_key *key, int *min, int *max)
{
    *min = key->min_count;
    *max = key->max_count;
    if (*max == 0) {
        *max = INT_MAX;
        if (*min == 0)
            *min = 1;
    }
}

static void put_number(char *out, size_t size, double value)
{
    char text[KL_REAL_TEXT];
    kl_real_text(value, 9, text);
    kl_put(out, size, "%s", text);
}

void kl_allowed_range(const kl_key *key, char *out, size_t size)
{
    bool low_open = key->range & KL_LOW_OPEN, high_open = key->range & KL_HIGH_OPEN;
    out[0] = '\0';
    if (!(key->range & KL_RANGED))
        return;
    if (isinf(key->high) && isinf(key->low))
        return;
    if (isinf(key->high)) {
        kl_put(out, size, low_open ? "> " : ">= ");
        put_number(out, size, key->low);
    } else if (isinf(key->low)) {
        kl_put(out, size, high_open ? "< " : "<= ");
        put_number(out, size, key->high);
    } else {
        kl_put(out, size, "in %c", low_open ? '(' : '[');
        put_number(out, size, key->low);
        kl_put(out, size, ", ");
        put_number(out, size, key->high);
        kl_put(out, size, "%c", high_open ? ')' : ']');
    }
}

static void put_range(const kl_key *key, char *out, size_t size)
{
    char range[96];
    kl_allowed_range(key, range, sizeof range);
    if (*range)
        kl_put(out, size, " %s", range);
    else if (key->type == KL_KEY_UINT64)
        kl_put(out, size, " in [0, 18446744073709551615]");
}

static void put_choices(const kl_key *key, char *out, size_t size)
{
    bool several = key->choices[0] && key->choices[1];
    if (several)
        kl_put(out, size, "one of ");
    for (int i = 0; key->choices[i]; i++)
        kl_put(out, size, "%s%s", i ? ", " : "", key->choices[i]);
}

/* " 3", " at least 2", " 2 to 5", or nothing for one or more. */
static void put_count(const kl_key *key, char *out, size_t size)
{
    int min, max;
    kl_count_limits(key, &min, &max);
    if (min == max)
        kl_put(out, size, " %d", min);
    else if (max == INT_MAX && min > 1)
        kl_put(out, size, " at least %d", min);
    else if (max < INT_MAX)
        kl_put(out, size, " %d to %d", min, max);
}

void kl_allowed_element(const kl_key *key, char *out, size_t size)
{
    bool whole = key->type == KL_KEY_INTS || key->type == KL_KEY_INT || key->type == KL_KEY_UINT64;
    out[0] = '\0';
    if (key->type == KL_KEY_MAPS)
        kl_put(out, size, "a map");
    else
        kl_put(out, size, whole ? "an integer" : "a number");
    put_range(key, out, size);
}

static void put_list(const kl_key *key, char *out, size_t size)
{
    int min, max;
    kl_count_limits(key, &min, &max);
    const char *one = key->type == KL_KEY_INTS ? "an integer" : "a number";
    const char *many = key->type == KL_KEY_INTS     ? "integers"
                       : key->type == KL_KEY_REALS  ? "numbers"
                       : key->type == KL_KEY_MATRIX ? "lists of numbers, equally long"
                                                    : "maps";
    bool numbers = key->type == KL_KEY_INTS || key->type == KL_KEY_REALS;
    if (numbers && min == 1 && max == 1) {
        kl_put(out, size, "%s", one);
        put_range(key, out, size);
        return;
    }
    if (numbers && min <= 1)
        kl_put(out, size, "%s or ", one);
    kl_put(out, size, "a list of");
    put_count(key, out, size);
    kl_put(out, size, " %s", many);
    put_range(key, out, size);
    if (key->flags & KL_INCREASING)
        kl_put(out, size, ", strictly increasing");
    else if (key->flags & KL_DISTINCT)
        kl_put(out, size, ", all different");
}

void kl_allowed_value(const kl_key *key, char *out, size_t size)
{
    out[0] = '\0';
    switch (key->type) {
    case KL_KEY_INT:
    case KL_KEY_UINT64:
    case KL_KEY_REAL:
        kl_allowed_element(key, out, size);
        break;
    case KL_KEY_BOOL:
        kl_put(out, size, "true or false");
        break;
    case KL_KEY_STRING:
        kl_put(out, size, "a string");
        break;
    case KL_KEY_CHOICES:
        kl_put(out, size, "one or a list of different ones, each ");
        /* fall through */
    case KL_KEY_CHOICE:
        put_choices(key, out, size);
        break;
    case KL_KEY_MAP:
        kl_put(out, size, "a map");
        break;
    case KL_KEY_NODE:
        kl_put(out, size, "a value");
        break;
    default:
        put_list(key, out, size);
    }
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int distance(const char *a, const char *b)
{
    int n = (int)strlen(b), rows[3][KL_MAX_KEY + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= n; j++)
        last[j] = j;
    for (int i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            row[j] = last[j - 1] + !same_letter(a[i - 1], b[j - 1]);
            row[j] = least(row[j], 1 + least(last[j], row[j - 1]));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                row[j] = least(row[j], 1 + before[j - 2]);
        }
        int *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[n];
}

const char *kl_closest(const char *text, const char *const *names, int count)
{
    const char *closest = NULL;
    size_t length = strlen(text);
    int best = length < 4 ? 2 : length < 8 ? 3 : 4; /* one, two or three slips */
    if (length > KL_MAX_KEY)
        return NULL;
    for (int i = 0; i < count; i++) {
        size_t longer = strlen(names[i]);
        if (longer > KL_MAX_KEY)
            continue;
        int d = distance(text, names[i]);
        longer = longer > length ? longer : length;
        if (d < best && 2 * (size_t)d < longer + 1) {
            best = d;
            closest = names[i];
        }
    }
    return closest;
}
