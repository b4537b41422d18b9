/* CSV on a stream: see results.h and docs/file-format.md. Local.
 *
 * Values have 17 significant digits, enough to give back the same double
 * (IEEE 754-2008, 5.12.2); what a study gives (parameters, times, orders) has the
 * fewest digits that do, so 0.3 stays 0.3. NAN is an empty cell. RFC 4180 quoting, lines end in
 * a newline alone.
 */
#include "kinlim/results.h"

#include "kinlim/status.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_number(FILE *out, double value)
{
    if (!isnan(value))
        fprintf(out, "%.17g", value);
}

static void put_parameter(FILE *out, double value)
{
    char text[32];
    if (isnan(value))
        return;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

static void put_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void put_header(const kl_results *r, FILE *out, const char *rest)
{
    for (int c = 0; c < r->ncolumns; c++) {
        put_text(out, r->column[c].name);
        fputc(',', out);
    }
    fprintf(out, "%s\n", rest);
}

/* Parameters, each followed by a comma. */
static void put_parameters(const kl_results *r, FILE *out, const double *value)
{
    for (int c = 0; c < r->ncolumns; c++) {
        char word[KL_NAME];
        if (kl_column_word(&r->column[c], value[c], word))
            put_text(out, word);
        else
            put_parameter(out, value[c]);
        fputc(',', out);
    }
}

static const double *point_of(const kl_results *r, int point)
{
    return r->point + (size_t)point * (size_t)r->ncolumns;
}

static kl_status finish(FILE *out, kl_error *err)
{
    if (fflush(out) != 0 || ferror(out))
        return kl_fail(err, KL_ENVIRONMENT, "export: cannot write: %s", strerror(errno));
    return KL_OK;
}

static void put_row(const kl_results *r, FILE *out, const kl_row *row)
{
    const char *const texts[] = {row->observable, row->part, row->statistic};
    put_parameters(r, out, row->point >= 0 ? point_of(r, row->point) : row->parameter);
    put_parameter(out, row->time);
    for (int i = 0; i < 3; i++) {
        fputc(',', out);
        put_text(out, texts[i]);
    }
    fputc(',', out);
    put_parameter(out, row->order);
    fprintf(out, ",%d,", row->realizations);
    put_number(out, row->value);
    fputc(',', out);
    put_number(out, row->low);
    fputc(',', out);
    put_number(out, row->high);
    fputc('\n', out);
}

kl_status kl_results_export_summary(const kl_results *r, FILE *out, kl_error *err)
{
    put_header(r, out, "time,observable,part,statistic,order,realizations,value,low,high");
    for (int i = 0; i < r->nrows && !ferror(out); i++) {
        if (r->row[i].point < -1 || r->row[i].point >= r->npoints)
            return kl_fail(err, KL_BUG, "export: row %d belongs to point %d of %d", i,
                           r->row[i].point, r->npoints);
        put_row(r, out, &r->row[i]);
    }
    return finish(out, err);
}

static void put_realization(const kl_results *r, FILE *out, int point, int realization,
                            const double *sample)
{
    for (int t = 0; t < r->ntimes; t++) {
        for (int q = 0; q < r->nquantities; q++) {
            put_parameters(r, out, point_of(r, point));
            fprintf(out, "%d,", realization);
            put_parameter(out, r->time[t]);
            fputc(',', out);
            put_text(out, r->quantity[q].observable);
            fputc(',', out);
            put_text(out, r->quantity[q].part);
            fputc(',', out);
            put_number(out, *sample++);
            fputc('\n', out);
        }
    }
}

kl_status kl_results_export_samples(const kl_results *r, FILE *out, kl_error *err)
{
    size_t block = (size_t)r->ntimes * (size_t)r->nquantities;
    put_header(r, out, "realization,time,observable,part,value");
    for (int p = 0; p < r->npoints; p++)
        for (int m = 0; m < r->nrealizations && !ferror(out); m++) {
            size_t i = (size_t)p * (size_t)r->nrealizations + (size_t)m;
            if (r->done[i])
                put_realization(r, out, p, m, r->sample + i * block);
            kl_results_passed(r, m, m + 1);
        }
    return finish(out, err);
}
