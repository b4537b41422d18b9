/* What a results file is and how far it has come, as text. Local. */
#include "kinlim/results.h"

#include "kinlim/status.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void put_pair(FILE *out, const char *key, const char *value)
{
    fprintf(out, "%s: ", key);
    for (; *value; value++) /* one pair, one line */
        fputc(*value == '\n' || *value == '\r' ? ' ' : *value, out);
    fputc('\n', out);
}

void kl_results_count(const kl_results *r, int point, int *done, int *asked)
{
    *done = *asked = 0;
    for (int m = 0; m < r->nrealizations; m++) {
        const bool is_done = r->done[(size_t)point * (size_t)r->nrealizations + (size_t)m];
        *done += is_done;
        *asked += is_done || m < r->planned[point];
    }
}

static void put_points(const kl_results *r, FILE *out)
{
    fprintf(out, "%5s", "point");
    for (int c = 0; c < r->ncolumns; c++)
        fprintf(out, "  %12s", r->column[c].name);
    fprintf(out, "  %14s\n", "realizations");
    for (int p = 0; p < r->npoints; p++) {
        char fraction[32];
        int done, asked;
        kl_results_count(r, p, &done, &asked);
        snprintf(fraction, sizeof fraction, "%d/%d", done, asked);
        fprintf(out, "%5d", p);
        for (int c = 0; c < r->ncolumns; c++) {
            const double value = r->point[(size_t)p * (size_t)r->ncolumns + (size_t)c];
            char text[KL_NAME];
            if (kl_column_word(&r->column[c], value, text))
                fprintf(out, "  %12s", text);
            else
                fprintf(out, "  %12.10g", value);
        }
        fprintf(out, "  %14s\n", fraction);
    }
}

kl_status kl_results_print_info(const kl_results *r, FILE *out, kl_error *err)
{
    put_pair(out, "system", r->system);
    for (int i = 0; i < r->npairs; i++)
        put_pair(out, r->pair[i].key, r->pair[i].value);
    fputc('\n', out);
    put_points(r, out);
    for (int i = 0; i < r->nlimits; i++)
        for (int p = 0; p < r->npoints; p++)
            if (r->limit[i].note[p][0])
                fprintf(out, "%s of point %d: %s\n", r->limit[i].name, p, r->limit[i].note[p]);
    fprintf(out, "\nrealizations: %" PRId64 "/%" PRId64 "\n", kl_results_done(r),
            kl_results_asked(r));
    if (fflush(out) != 0 || ferror(out))
        return kl_fail(err, KL_ENVIRONMENT, "info: cannot write: %s", strerror(errno));
    return KL_OK;
}
