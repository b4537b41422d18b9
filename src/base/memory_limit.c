/* How much memory this process may still take: the least of what the machine has and what the
 * limits of a job leave, those of control groups (v1 and v2; a group's limit binds everything in it
 * and below, so every group from this process's own up to the topmost counts) and those that SLURM
 * names. */
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4096 };
static const size_t megabyte = (size_t)1 << 20;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number after the word `key` at the beginning of a line ("": of the first line); `none` if
 * there is none. */
static size_t read_number(const char *folder, const char *file, const char *key, size_t none)
{
    char line[PATH];
    size_t value = none;
    snprintf(line, sizeof line, "%s/%s", folder, file);
    FILE *f = fopen(line, "r");
    while (f && fgets(line, sizeof line, f)) {
        const size_t length = strlen(key);
        if (strncmp(line, key, length) == 0 && sscanf(line + length, "%zu", &value) == 1)
            break;
    }
    if (f)
        fclose(f);
    return value;
}

/* The files of a control group's memory. */
typedef struct version {
    const char *mount, *limit, *second, *usage, *cache[3];
} version;

static const version v2 = {"/sys/fs/cgroup",
                           "memory.max",
                           "memory.high",
                           "memory.current",
                           {"inactive_file ", "active_file ", "slab_reclaimable "}};
static const version v1 = {"/sys/fs/cgroup/memory",
                           "memory.limit_in_bytes",
                           "memory.limit_in_bytes",
                           "memory.usage_in_bytes",
                           {"total_inactive_file ", "total_active_file ", NULL}};

/* limit - usage + what the kernel would take back; SIZE_MAX: no limit. */
static size_t left_in_group(const version *v, const char *folder)
{
    const size_t limit = least(read_number(folder, v->limit, "", SIZE_MAX),
                               read_number(folder, v->second, "", SIZE_MAX));
    size_t used = read_number(folder, v->usage, "", 0), cache = 0;
    if (limit == SIZE_MAX)
        return SIZE_MAX;
    for (int i = 0; i < 3 && v->cache[i]; i++)
        cache += read_number(folder, "memory.stat", v->cache[i], 0);
    used -= least(cache, used);
    return limit - least(used, limit);
}

/* Of a group and all above it; `group` is an absolute path below the mount. */
static size_t left_in_groups(const version *v, const char *root, const char *group)
{
    char folder[2 * PATH];
    snprintf(folder, sizeof folder, "%s%s", root, v->mount);
    const size_t top = strlen(folder);
    snprintf(folder + top, sizeof folder - top, "%s", group);
    size_t left = left_in_group(v, folder);
    while (strlen(folder) > top) {
        *strrchr(folder, '/') = 0;
        left = least(left, left_in_group(v, folder));
    }
    return left;
}

/* Is "memory" among the controllers "a,b,c"? */
static bool has_memory(char *controllers)
{
    char *rest = NULL;
    for (char *word = strtok_r(controllers, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
        if (strcmp(word, "memory") == 0)
            return true;
    return false;
}

/* By the lines "number:controllers:group" of /proc/self/cgroup; v2 has number 0 and none. */
static size_t left_in_job(const char *root)
{
    char line[PATH];
    size_t left = SIZE_MAX;
    snprintf(line, sizeof line, "%s/proc/self/cgroup", root);
    FILE *f = fopen(line, "r");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':'), *group = controllers;
        if (controllers)
            group = strchr(++controllers, ':');
        if (!group || group[1] != '/')
            continue;
        *group++ = 0;
        if (!*controllers)
            left = least(left, left_in_groups(&v2, root, group));
        else if (has_memory(controllers))
            left = least(left, left_in_groups(&v1, root, group));
    }
    if (f)
        fclose(f);
    return left;
}

/* A positive number of the environment; 0: none. */
static size_t environment(const char *name)
{
    const char *text = getenv(name);
    char *end;
    const long long value = text ? strtoll(text, &end, 10) : 0;
    return text && *text && !*end && value > 0 ? (size_t)value : 0;
}

/* Megabytes of a job on this node, or for each of its processors there. SIZE_MAX: no such limit. */
static size_t allowed_by_slurm(void)
{
    const size_t node = environment("SLURM_MEM_PER_NODE"), each = environment("SLURM_MEM_PER_CPU");
    size_t processors = environment("SLURM_CPUS_ON_NODE"), limit = SIZE_MAX;
    if (processors == 0)
        processors = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (node > 0 && node < SIZE_MAX / megabyte)
        limit = node * megabyte;
    if (each > 0 && each < SIZE_MAX / megabyte / processors)
        limit = least(limit, each * processors * megabyte);
    return limit;
}

size_t kl_memory_available_at(const char *root)
{
    char folder[PATH];
    snprintf(folder, sizeof folder, "%s/proc", root);
    const size_t free_kb = read_number(folder, "meminfo", "MemAvailable:", 0);
    size_t available = free_kb ? 1024 * free_kb : SIZE_MAX;
    available = least(available, least(left_in_job(root), allowed_by_slurm()));
    if (available == SIZE_MAX)
        return 0;
    return available ? available : 1;
}

size_t kl_memory_available(void)
{
    return kl_memory_available_at("");
}
