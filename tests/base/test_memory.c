/* How much memory a job may take: control groups as systemd, SLURM and containers make them, in a
 * made-up /proc and /sys, and what SLURM says in the environment. */
#define _GNU_SOURCE
#include "base/memory.h"

#include "lattice/check.h"

#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MB = 1 << 20 };

static char root[64];

static int new_root(void **state)
{
    (void)state;
    unsetenv("SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_CPU");
    unsetenv("SLURM_CPUS_ON_NODE");
    snprintf(root, sizeof root, "/tmp/kinlim-memory-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* A file below the made-up root, with its folders. */
static void put(const char *file, const char *format, ...)
{
    char path[512];
    va_list args;
    snprintf(path, sizeof path, "%s%s", root, file);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    va_start(args, format);
    vfprintf(f, format, args);
    va_end(args);
    fclose(f);
}

static void put_machine(long megabytes, const char *cgroup)
{
    put("/proc/meminfo", "MemTotal:  99999999 kB\nMemFree:  1 kB\nMemAvailable:  %ld kB\n",
        megabytes * 1024);
    put("/proc/self/cgroup", "%s", cgroup);
}

#define assert_available(megabytes)                                                                \
    assert_int_equal(kl_memory_available_at(root), (size_t)(megabytes)*MB)

/* As SLURM 22 makes them with cgroup/v2: the job's limit is three groups above the process. */
static void a_parents_limit_in_v2(void **state)
{
    const char *job = "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7";
    char file[256];
    (void)state;
    put_machine(9000, "0::/system.slice/slurmstepd.scope/job_7/step_0/user/task_0\n");
    snprintf(file, sizeof file, "%s/step_0/user/task_0/memory.max", job);
    put(file, "max\n");
    assert_available(9000);
    snprintf(file, sizeof file, "%s/memory.max", job);
    put(file, "%ld\n", 4000L * MB);
    assert_available(4000);
    snprintf(file, sizeof file, "%s/memory.current", job);
    put(file, "%ld\n", 3500L * MB);
    assert_available(500);
    /* What the kernel takes back: cache of files and such. */
    snprintf(file, sizeof file, "%s/memory.stat", job);
    put(file, "anon 1\nfile 5\nactive_file %ld\ninactive_file %ld\nslab_reclaimable %ld\n",
        100L * MB, 1000L * MB, 200L * MB);
    assert_available(1800);
    /* Above it a slice with less. */
    put("/sys/fs/cgroup/system.slice/memory.max", "%ld\n", 1000L * MB);
    assert_available(1000);
}

static void memory_high_counts_where_it_is_lower(void **state)
{
    (void)state;
    put_machine(9000, "0::/a/b\n");
    put("/sys/fs/cgroup/a/memory.max", "%ld\n", 800L * MB);
    put("/sys/fs/cgroup/a/memory.high", "max\n");
    assert_available(800);
    put("/sys/fs/cgroup/a/memory.high", "%ld\n", 600L * MB);
    assert_available(600);
}

/* In a container the topmost group that is seen is the container's, whatever the path says. */
static void the_topmost_group_counts(void **state)
{
    (void)state;
    put_machine(9000, "0::/\n");
    put("/sys/fs/cgroup/memory.max", "%ld\n", 700L * MB);
    assert_available(700);
    put_machine(9000, "0::/docker/0123456789abcdef\n");
    assert_available(700);
    put_machine(9000, "0::/../somewhere\n");
    assert_available(700);
}

/* v1, alone and beside an empty v2; its "no limit" is a large number. */
static void limits_in_v1(void **state)
{
    (void)state;
    put_machine(9000, "5:cpu,cpuacct:/slurm/uid_1/job_7\n4:memory:/slurm/uid_1/job_7/step_0\n"
                      "1:name=systemd:/\n0::/\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/slurm/uid_1/job_7/step_0/memory.limit_in_bytes",
        "9223372036854771712\n");
    assert_available(9000);
    put("/sys/fs/cgroup/memory/slurm/uid_1/job_7/memory.limit_in_bytes", "%ld\n", 300L * MB);
    assert_available(300);
    put("/sys/fs/cgroup/memory/slurm/uid_1/job_7/memory.usage_in_bytes", "%ld\n", 200L * MB);
    put("/sys/fs/cgroup/memory/slurm/uid_1/job_7/memory.stat",
        "inactive_file 0\ntotal_inactive_file %ld\ntotal_active_file %ld\n", 40L * MB, 10L * MB);
    assert_available(150);
    put_machine(9000, "3:devices,memory:/slurm/uid_1/job_7\n");
    assert_available(150);
}

static void nothing_left_is_not_unknown(void **state)
{
    (void)state;
    put_machine(9000, "0::/full\n");
    put("/sys/fs/cgroup/full/memory.max", "%ld\n", 100L * MB);
    put("/sys/fs/cgroup/full/memory.current", "%ld\n", 101L * MB);
    assert_int_equal(kl_memory_available_at(root), 1);
    put("/sys/fs/cgroup/full/memory.stat", "inactive_file %ld\n", 500L * MB);
    assert_available(100);
}

static void what_slurm_allows(void **state)
{
    (void)state;
    put_machine(9000, "");
    setenv("SLURM_MEM_PER_NODE", "2000", 1);
    assert_available(2000);
    setenv("SLURM_MEM_PER_CPU", "300", 1);
    setenv("SLURM_CPUS_ON_NODE", "4", 1);
    assert_available(1200);
    unsetenv("SLURM_MEM_PER_NODE");
    assert_available(1200);
    setenv("SLURM_MEM_PER_CPU", "30000", 1);
    assert_available(9000);
    unsetenv("SLURM_CPUS_ON_NODE"); /* at least one */
    setenv("SLURM_MEM_PER_CPU", "1", 1);
    assert_true(kl_memory_available_at(root) >= MB);
    assert_true(kl_memory_available_at(root) <= (size_t)MB * (size_t)sysconf(_SC_NPROCESSORS_ONLN));
    /* 0 is all of the node; what is no number says nothing. */
    unsetenv("SLURM_MEM_PER_CPU");
    for (int i = 0; i < 4; i++) {
        setenv("SLURM_MEM_PER_NODE", (const char *[]){"0", "-5", "4G", ""}[i], 1);
        assert_available(9000);
    }
    setenv("SLURM_MEM_PER_NODE", "2000", 1);
    put_machine(1500, "0::/job\n");
    assert_available(1500);
    put("/sys/fs/cgroup/job/memory.max", "%ld\n", 700L * MB);
    assert_available(700);
}

static void an_unknown_machine(void **state)
{
    (void)state;
    assert_int_equal(kl_memory_available_at(root), 0);
    put("/proc/self/cgroup", "nonsense\n1:memory\n2:memory:\n0::\n0::relative\n:\n::\n");
    put("/proc/meminfo", "MemAvailable: some kB\n");
    assert_int_equal(kl_memory_available_at(root), 0);
    setenv("SLURM_MEM_PER_NODE", "5", 1);
    assert_available(5);
}

#define test(name) cmocka_unit_test_setup_teardown(name, new_root, remove_root)
static const struct CMUnitTest tests[] = {
    test(a_parents_limit_in_v2),       test(memory_high_counts_where_it_is_lower),
    test(the_topmost_group_counts),    test(limits_in_v1),
    test(nothing_left_is_not_unknown), test(what_slurm_allows),
    test(an_unknown_machine)};
TEST_MAIN(tests)
