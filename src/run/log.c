#include "run/log.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct kl_log {
    FILE *file;
    kl_json json;
};

/* A file that begins with anything but a JSON object: a study, results. */
static bool is_another(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    FILE *file = fopen(path, "re");
    const int first = file ? getc(file) : EOF;
    if (file)
        fclose(file);
    return first != EOF && first != '{';
}

kl_status kl_log_open(const char *path, kl_log **out, kl_error *err)
{
    if (is_another(path))
        return kl_fail(err, KL_INPUT,
                       "--log: %s exists and is no log: must be a new file, or one to append to",
                       path);
    FILE *file = fopen(path, "ae");
    if (!file)
        return kl_fail(
            err, errno == ENOENT || errno == ENOTDIR || errno == EISDIR ? KL_INPUT : KL_ENVIRONMENT,
            "--log: %s: %s", path, strerror(errno));
    const kl_status status = kl_alloc(1, sizeof **out, "log", out, err);
    if (status == KL_OK)
        (*out)->file = file;
    else
        fclose(file);
    return status;
}

void kl_log_close(kl_log **log)
{
    if (*log)
        fclose((*log)->file);
    free(*log);
    *log = NULL;
}

kl_json *kl_log_begin(kl_log *log, const char *event)
{
    char now[32];
    if (!log)
        return NULL;
    kl_timestamp(now);
    log->json = (kl_json){.out = log->file, .line = true};
    kl_json_open(&log->json, NULL, '{');
    kl_json_string(&log->json, "event", event);
    kl_json_string(&log->json, "time", now);
    return &log->json;
}

void kl_log_end(kl_log *log)
{
    if (!log)
        return;
    kl_json_close(&log->json, '}');
    fflush(log->file);
}

void kl_log_warning(kl_log *log, const char *text)
{
    kl_json *json = kl_log_begin(log, "warning");
    if (json)
        kl_json_string(json, "text", text);
    kl_log_end(log);
}
