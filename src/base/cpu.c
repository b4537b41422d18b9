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

/* The first line of a file on cache `index` of the first processor; "" if there is none. */
static void read_line(int index, const char *name, char *line, int size)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name);
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

size_t kl_cpu_cache(void)
{
    size_t best = 0;
    char line[4096];
    for (int index = 0; index < 8; index++) {
        size_t kilobytes = 0;
        read_line(index, "size", line, sizeof line);
        if (sscanf(line, "%zuK", &kilobytes) != 1)
            continue;
        read_line(index, "shared_cpu_map", line, sizeof line);
        const int sharing = count_bits(line);
        const size_t share = kilobytes * 1024 / (size_t)(sharing > 1 ? sharing : 1);
        best = share > best ? share : best;
    }
    return best ? best : (size_t)1 << 20;
}
