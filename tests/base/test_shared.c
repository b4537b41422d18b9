/* Memory between processes of a node: both see it, no other file is taken for it, and more than
 * there is is refused, not promised. */
#include "base/shared.h"

#include "lattice/check.h"

#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 100000 };

static void is_seen_by_another_process(void **state)
{
    kl_shared mine, again;
    kl_shared_name name;
    (void)state;
    kl_shared_create(BYTES, &mine, &name);
    assert_non_null(mine.memory);
    assert_true(mine.bytes >= BYTES);
    for (int i = 0; i < BYTES; i++)
        assert_int_equal(((char *)mine.memory)[i], 0);
    const pid_t child = fork();
    if (child == 0) {
        kl_shared_destroy(&mine); /* what it has by fork() */
        kl_shared_open(&name, &again);
        if (again.memory)
            ((char *)again.memory)[BYTES - 1] = 'x';
        _exit(again.memory ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(((char *)mine.memory)[BYTES - 1], 'x');
    kl_shared_close(&name);
    kl_shared_destroy(&mine);
    assert_null(mine.memory);
}

static void only_what_was_named_is_opened(void **state)
{
    kl_shared mine, other;
    kl_shared_name name, wrong;
    (void)state;
    kl_shared_create(BYTES, &mine, &name);
    wrong = name;
    wrong.token++;
    kl_shared_open(&wrong, &other);
    assert_null(other.memory);
    wrong = name;
    wrong.bytes += 4096;
    kl_shared_open(&wrong, &other);
    assert_null(other.memory);
    wrong = name;
    wrong.process = -1;
    kl_shared_open(&wrong, &other);
    assert_null(other.memory);
    kl_shared_close(&name);
    kl_shared_open(&name, &other);
    assert_null(other.memory);
    kl_shared_destroy(&other);
    kl_shared_destroy(&mine);
}

static void too_much_is_refused(void **state)
{
    kl_shared mine, other;
    kl_shared_name name;
    (void)state;
    kl_shared_create((size_t)1 << 60, &mine, &name);
    assert_null(mine.memory);
    kl_shared_open(&name, &other);
    assert_null(other.memory);
    kl_shared_create(SIZE_MAX, &mine, &name);
    assert_null(mine.memory);
    kl_shared_close(&name);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(is_seen_by_another_process),
                                          cmocka_unit_test(only_what_was_named_is_opened),
                                          cmocka_unit_test(too_much_is_refused)};
TEST_MAIN(tests)
