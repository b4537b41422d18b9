#include "run/pulse.h"

#include "base/file.h"
#include "base/stop.h"
#include "ensemble/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const double interval = 1; /* seconds */

static void write_now(kl_pulse *p)
{
    char part[4200], whole[4200], text[1024];
    p->last = kl_clock();
    p->now = time(NULL);
    snprintf(part, sizeof part, "%s/pulse.part", p->journal);
    snprintf(whole, sizeof whole, "%s/pulse", p->journal);
    const int size = snprintf(text, sizeof text,
                              "%s\n%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n%" PRId64
                              " %" PRId64 " %.9g %.9g %.9g\n%s\n",
                              p->host, p->pid, p->ranks, p->began, p->now, p->done, p->total,
                              p->cost_done, p->cost_total, p->seconds, p->doing);
    const int file = kl_file_create(part);
    if (file < 0)
        return;
    const bool written = kl_file_write(file, text, (size_t)size) == 0;
    close(file);
    if (!written || rename(part, whole) != 0)
        unlink(part);
}

void kl_pulse_begin(kl_pulse *p, const char *journal, int ranks)
{
    *p = (kl_pulse){.pid = getpid(), .ranks = ranks, .began = time(NULL)};
    snprintf(p->journal, sizeof p->journal, "%s", journal);
    if (gethostname(p->host, sizeof p->host - 1) != 0 || strchr(p->host, '\n'))
        snprintf(p->host, sizeof p->host, "unknown");
    snprintf(p->doing, sizeof p->doing, "starting");
    write_now(p);
}

void kl_pulse_doing(kl_pulse *p, const char *words)
{
    if (!p->journal[0])
        return;
    snprintf(p->doing, sizeof p->doing, "%.*s", (int)strcspn(words, "\n"), words);
    kl_pulse_beat(p);
}

void kl_pulse_beat(kl_pulse *p)
{
    if (p->journal[0] && kl_clock() - p->last >= interval)
        write_now(p);
}

bool kl_pulse_read(const char *journal, kl_pulse *out)
{
    char *text = NULL;
    *out = (kl_pulse){0};
    if (kl_journal_get(journal, "pulse", &text, NULL) != KL_OK)
        return false;
    const int n = sscanf(text,
                         "%255[^\n]\n%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 "\n%" SCNd64
                         " %" SCNd64 " %lf %lf %lf\n%255[^\n]",
                         out->host, &out->pid, &out->ranks, &out->began, &out->now, &out->done,
                         &out->total, &out->cost_done, &out->cost_total, &out->seconds, out->doing);
    free(text);
    return n == 11;
}
