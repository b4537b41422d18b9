#include "classical/monomials.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

int kl_monomials_degree(const int power[KL_MONOMIAL_VARIABLES])
{
    int degree = 0;
    for (int i = 0; i < KL_MONOMIAL_VARIABLES; i++)
        degree += power[i];
    return degree;
}

static int code(const kl_monomials *m, const int power[KL_MONOMIAL_VARIABLES])
{
    int sum = 0;
    for (int i = m->variables - 1; i >= 0; i--)
        sum = sum * (m->degree + 1) + power[i];
    return sum;
}

int kl_monomials_find(const kl_monomials *m, const int power[KL_MONOMIAL_VARIABLES])
{
    for (int i = 0; i < KL_MONOMIAL_VARIABLES; i++)
        if (power[i] < 0)
            return -1;
    return kl_monomials_degree(power) > m->degree ? -1 : m->at[code(m, power)];
}

/* Goes through all powers of that degree; counts, and stores if there is room. */
static int list(kl_monomials *m, int degree, int variable, int left, int *power, int n)
{
    if (variable == m->variables - 1) {
        power[variable] = left;
        if (m->power) {
            memcpy(m->power[n], power, sizeof *m->power);
            m->at[code(m, power)] = n;
        }
        return n + 1;
    }
    for (int k = left; k >= 0; k--) {
        power[variable] = k;
        n = list(m, degree, variable + 1, left - k, power, n);
    }
    return n;
}

static int list_all(kl_monomials *m)
{
    int power[KL_MONOMIAL_VARIABLES] = {0}, n = 0;
    for (int degree = 0; degree <= m->degree; degree++)
        n = list(m, degree, 0, degree, power, n);
    return n;
}

static void find_next(kl_monomials *m)
{
    for (int i = 0; i < m->n; i++)
        for (int j = 0; j < m->variables; j++) {
            int power[KL_MONOMIAL_VARIABLES];
            memcpy(power, m->power[i], sizeof power);
            power[j]++;
            m->next[i][j] = kl_monomials_find(m, power);
        }
}

kl_status kl_monomials_create(int variables, int degree, kl_monomials *out, kl_error *err)
{
    size_t codes = 1;
    *out = (kl_monomials){.variables = variables, .degree = degree};
    for (int i = 0; i < variables; i++)
        codes *= (size_t)degree + 1;
    out->n = list_all(out);
    KL_TRY(kl_alloc(codes, sizeof *out->at, "monomials", &out->at, err));
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->power, "monomials", &out->power, err));
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->next, "monomials", &out->next, err));
    list_all(out);
    find_next(out);
    return KL_OK;
}

void kl_monomials_destroy(kl_monomials *m)
{
    free(m->power);
    free(m->next);
    free(m->at);
    *m = (kl_monomials){0};
}
