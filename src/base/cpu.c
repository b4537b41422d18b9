#include "base/cpu.h"

#include <stdio.h>
#include <string.h>

kl_instruction_set kl_cpu_instruction_set(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return KL_AVX512;
    if (__builtin_cpu_supports("avx2"))
        return KL_AVX2;
#endif
    return KL_GENERIC;
}

const char *kl_cpu_instruction_set_name(void)
{
    static const char *const names[] = {"generic", "avx2", "avx512"};
    return names[kl_cpu_instruction_set()];
}

/* The first line of a file on the first processor; "" if there is none. */
static void read_line(const char *name, char *line, int size)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/%s", name);
    FILE *f = fopen(path, "r");
    line[0] = 0;
    if (!f)
        return;
    if (!fgets(line, size, f))
        line[0] = 0;
    fclose(f);
}

/* Set bits of a mask in hexadecimal digits with commas. */
static int count_bits(const char *mask)
{
    static const char digits[] = "0123456789abcdef";
    int bits = 0;
    for (; *mask; mask++) {
        const char *at = strchr(digits, *mask);
        bits += at ? __builtin_popcount((unsigned)(at - digits)) : 0;
    }
    return bits;
}

/* Threads of the core that the first processor is one of. */
static int count_threads(void)
{
    char line[4096];
    read_line("topology/thread_siblings", line, sizeof line);
    const int threads = count_bits(line);
    return threads > 1 ? threads : 1;
}

size_t kl_cpu_cache(void)
{
    const int threads = count_threads();
    size_t best = 0;
    char line[4096], name[64];
    for (int index = 0; index < 8; index++) {
        size_t kilobytes = 0;
        snprintf(name, sizeof name, "cache/index%d/size", index);
        read_line(name, line, sizeof line);
        if (sscanf(line, "%zuK", &kilobytes) != 1)
            continue;
        snprintf(name, sizeof name, "cache/index%d/shared_cpu_map", index);
        read_line(name, line, sizeof line);
        if (count_bits(line) <= threads && kilobytes * 1024 > best)
            best = kilobytes * 1024;
    }
    return best ? best : (size_t)1 << 19;
}
