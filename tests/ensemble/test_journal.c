/* The journal: what was appended is read back; whatever a crash or a bad disk
 * leaves is recognised; one writer at a time. */
#include "ensemble/journal.h"

#include "lattice/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 4, HEAD = 32 };
static const size_t sizes[RECORDS] = {9, 0, 1, 40};
static const char study[] = "system: anderson\neta: [0.4]\n";

static unsigned char payload_byte(int record, size_t i)
{
    return record == 0 ? (unsigned char)('1' + i) : (unsigned char)(31 * record + 7 * i);
}

typedef struct seen {
    int records, wrong;
    int stop_at;
    int missing; /* number of the record that is not there, from 1 */
} seen;

static kl_status visit(void *context, uint32_t type, const void *payload, size_t size,
                       kl_error *err)
{
    seen *s = context;
    if (type == KL_JOURNAL_BEGIN)
        return KL_OK;
    int record = s->records++;
    record += s->missing > 0 && record >= s->missing - 1;
    bool right = record < RECORDS && type == (uint32_t)record + 5 && size == sizes[record];
    for (size_t i = 0; right && i < size; i++)
        right = ((const unsigned char *)payload)[i] == payload_byte(record, i);
    s->wrong += !right;
    if (s->stop_at && s->records == s->stop_at)
        return kl_fail(err, KL_BUG, "enough");
    return KL_OK;
}

/* A fresh journal with RECORDS records in one file; the caller removes it. */
static void make_journal(char path[64])
{
    snprintf(path, 64, "/tmp/kinlim-journal-XXXXXX");
    assert_non_null(mkdtemp(path));
    rmdir(path);
    assert_false(kl_journal_exists(path));
    assert_ok(kl_journal_create(path, study, why));
    assert_true(kl_journal_exists(path));
    kl_journal journal;
    assert_ok(kl_journal_open(path, 0, 3, NULL, &journal, why));
    for (int r = 0; r < RECORDS; r++) {
        unsigned char payload[64];
        for (size_t i = 0; i < sizes[r]; i++)
            payload[i] = payload_byte(r, i);
        assert_ok(kl_journal_append(&journal, (uint32_t)r + 5, payload, sizes[r], why));
    }
    assert_ok(kl_journal_close(&journal, why));
}

static void remove_journal(const char *path)
{
    int none = -1;
    assert_ok(kl_journal_remove(path, &none, why));
    assert_false(kl_journal_exists(path));
}

static size_t load(const char *path, unsigned char *data, size_t most)
{
    char name[128];
    snprintf(name, sizeof name, "%s/records-0000-0003", path);
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t n = fread(data, 1, most, f);
    fclose(f);
    return n;
}

static void save(const char *path, const unsigned char *data, size_t n)
{
    char name[128];
    snprintf(name, sizeof name, "%s/records-0000-0003", path);
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
}

static seen read_back(const char *path, int *damaged)
{
    seen s = {0};
    assert_ok(kl_journal_read(path, 0, visit, &s, damaged, why));
    return s;
}

static void round_trip(void **state)
{
    char path[64], *text = NULL;
    int damaged = -1;
    (void)state;
    make_journal(path);
    seen s = read_back(path, &damaged);
    assert_int_equal(s.records, RECORDS);
    assert_int_equal(s.wrong, 0);
    assert_int_equal(damaged, 0);
    assert_ok(kl_journal_study(path, &text, why));
    assert_string_equal(text, study);
    free(text);
    s = (seen){.stop_at = 2};
    kl_error err = {0};
    assert_int_equal(kl_journal_read(path, 0, visit, &s, &damaged, &err), KL_BUG);
    assert_string_equal(err.message, "enough");
    assert_int_equal(s.records, 2);
    remove_journal(path);
    assert_false(kl_journal_exists(path));
}

/* The first payload is "123456789"; its XXH64 is 8cb841db40e6ae83 by the reference program (xxhsum
 * 0.8.1). The head's layout too. */
static void layout(void **state)
{
    char path[64];
    unsigned char data[256];
    uint32_t word[8];
    uint64_t size;
    (void)state;
    make_journal(path);
    size_t n = load(path, data, sizeof data);
    assert_int_equal(n, RECORDS * HEAD + 50);
    memcpy(word, data, sizeof word);
    memcpy(&size, data + 8, sizeof size);
    assert_int_equal(word[1], 5);
    assert_int_equal(size, 9);
    assert_int_equal(word[4], 0x40e6ae83);
    assert_memory_equal(data + HEAD, "123456789", 9);
    remove_journal(path);
}

/* Cut at every byte: whole records before the cut are read, and only those. */
static void torn_tail(void **state)
{
    char path[64];
    unsigned char data[256];
    (void)state;
    make_journal(path);
    size_t n = load(path, data, sizeof data);
    for (size_t cut = 0; cut <= n; cut++) {
        int whole = 0, damaged;
        size_t end = 0;
        while (whole < RECORDS && end + HEAD + sizes[whole] <= cut)
            end += HEAD + sizes[whole++];
        save(path, data, cut);
        seen s = read_back(path, &damaged);
        assert_int_equal(s.records, whole);
        assert_int_equal(s.wrong, 0);
        assert_int_equal(damaged, cut != end);
    }
    remove_journal(path);
}

/* Every bit flipped in turn: all records but the damaged one are read, nothing wrong is ever passed
 * on. */
static void flipped_bits(void **state)
{
    char path[64];
    unsigned char data[256];
    (void)state;
    make_journal(path);
    size_t n = load(path, data, sizeof data);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        int hit = 0, damaged;
        size_t end = 0;
        while (end + HEAD + sizes[hit] <= bit / 8)
            end += HEAD + sizes[hit++];
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        save(path, data, n);
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        seen s = {.missing = hit + 1};
        assert_ok(kl_journal_read(path, 0, visit, &s, &damaged, why));
        assert_int_equal(s.records, RECORDS - 1);
        assert_int_equal(s.wrong, 0);
        assert_int_equal(damaged, 1);
    }
    remove_journal(path);
}

/* A record that was torn at any byte, and others behind it. */
static void torn_amid(void **state)
{
    char path[64];
    unsigned char data[256], torn[512];
    (void)state;
    make_journal(path);
    const size_t n = load(path, data, sizeof data), first = HEAD + sizes[0];
    for (size_t cut = 1; cut < first; cut++) {
        int damaged;
        memcpy(torn, data, cut);
        memcpy(torn + cut, data, n);
        save(path, torn, cut + n);
        seen s = read_back(path, &damaged);
        assert_int_equal(s.records, RECORDS);
        assert_int_equal(s.wrong, 0);
        assert_int_equal(damaged, 1);
    }
    remove_journal(path);
}

/* A start afresh: the lock makes the folder, clear() removes the records alone. */
static void afresh(void **state)
{
    char path[64], *text = NULL;
    int held, damaged;
    (void)state;
    make_journal(path);
    assert_ok(kl_journal_lock(path, &held, why));
    assert_ok(kl_journal_clear(path, why));
    assert_int_equal(read_back(path, &damaged).records, 0);
    assert_int_equal(damaged, 0);
    assert_ok(kl_journal_study(path, &text, why));
    free(text);
    assert_ok(kl_journal_remove(path, &held, why));
    assert_int_equal(held, -1);
    assert_false(kl_journal_exists(path));
    assert_ok(kl_journal_lock(path, &held, why));
    assert_true(kl_journal_exists(path));
    assert_ok(kl_journal_remove(path, &held, why));
    assert_int_equal(held, -1);
}

static void attempts(void **state)
{
    char path[64];
    kl_journal journal;
    kl_error err = {0};
    (void)state;
    make_journal(path);
    assert_int_equal(kl_journal_next_attempt(path), 1);
    /* A file of an earlier attempt is never written again. */
    assert_int_equal(kl_journal_open(path, 0, 3, NULL, &journal, &err), KL_ENVIRONMENT);
    assert_ok(kl_journal_open(path, 11, 0, NULL, &journal, why));
    assert_ok(kl_journal_close(&journal, why));
    assert_int_equal(kl_journal_next_attempt(path), 12);
    /* A file of another attempt is read after a damaged one. */
    unsigned char data[256];
    size_t n = load(path, data, sizeof data);
    int damaged;
    save(path, data, n - 1);
    assert_ok(kl_journal_open(path, 12, 0, NULL, &journal, why));
    unsigned char payload[64];
    for (size_t i = 0; i < sizes[3]; i++)
        payload[i] = payload_byte(3, i);
    assert_ok(kl_journal_append(&journal, 8, payload, sizes[3], why));
    assert_ok(kl_journal_close(&journal, why));
    seen s = read_back(path, &damaged);
    assert_int_equal(s.records, RECORDS);
    assert_int_equal(s.wrong, 0);
    assert_int_equal(damaged, 1);
    /* Earlier attempts may be left out. */
    const int since[] = {1, 12, 13};
    for (int i = 0; i < 3; i++) {
        s = (seen){.records = RECORDS - 1};
        assert_ok(kl_journal_read(path, since[i], visit, &s, &damaged, why));
        assert_int_equal(s.records, i < 2 ? RECORDS : RECORDS - 1);
        assert_int_equal(damaged, 0);
    }
    remove_journal(path);
}

/* A child takes the lock and dies by SIGKILL; while it lives the parent is refused. */
static void lock(void **state)
{
    char path[64], byte;
    int told[2], held = -1;
    kl_error err = {0};
    (void)state;
    make_journal(path);
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        char result = kl_journal_lock(path, &held, NULL) == KL_OK ? 'y' : 'n';
        if (write(told[1], &result, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(kl_journal_lock(path, &held, &err), KL_INPUT);
    assert_int_equal(held, -1);
    assert_non_null(strstr(err.message, "another run"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_ok(kl_journal_lock(path, &held, why));
    kl_journal_unlock(&held);
    assert_int_equal(held, -1);
    close(told[0]);
    close(told[1]);
    remove_journal(path);
}

static void bad_places(void **state)
{
    kl_error err = {0};
    char *text = NULL;
    int held;
    (void)state;
    assert_int_equal(kl_journal_create("/tmp/kinlim-no-such-folder/x/y", study, &err), KL_INPUT);
    assert_int_equal(kl_journal_study("/tmp/kinlim-no-such-folder", &text, &err), KL_INPUT);
    assert_int_equal(kl_journal_lock("/tmp/kinlim-no-such-folder/x", &held, &err), KL_INPUT);
    assert_int_equal(held, -1);
    kl_journal full = {.file = open("/dev/full", O_WRONLY), .path = "/dev/full"};
    assert_int_equal(kl_journal_append(&full, 1, "x", 1, &err), KL_ENVIRONMENT);
    assert_non_null(strstr(err.message, "No space left"));
    assert_ok(kl_journal_close(&full, why));
}

/* The first record is synced, later ones when it is time, all of them at the end. */
static void syncs_by_time(void **state)
{
    char path[64];
    kl_journal journal;
    (void)state;
    make_journal(path);
    assert_ok(kl_journal_open(path, 1, 0, NULL, &journal, why));
    assert_ok(kl_journal_append(&journal, 5, "a", 1, why));
    assert_true(!journal.behind);
    assert_ok(kl_journal_append(&journal, 5, "b", 1, why));
    assert_ok(kl_journal_beat(&journal, why));
    assert_true(journal.behind);
    journal.synced -= 2 * journal.interval;
    assert_ok(kl_journal_beat(&journal, why));
    assert_true(!journal.behind);
    assert_ok(kl_journal_append(&journal, 5, "c", 1, why));
    assert_true(journal.behind);
    assert_ok(kl_journal_wait(&journal, why));
    assert_true(!journal.behind && !journal.syncing);
    assert_ok(kl_journal_close(&journal, why));
    setenv("KINLIM_SYNC", "0", 1);
    assert_ok(kl_journal_open(path, 2, 0, NULL, &journal, why));
    for (int i = 0; i < 3; i++) {
        assert_ok(kl_journal_append(&journal, 5, "d", 1, why));
        assert_true(!journal.behind);
    }
    assert_ok(kl_journal_close(&journal, why));
    unsetenv("KINLIM_SYNC");
    remove_journal(path);
}

/* ---- several writers ---- */

enum { WRITERS = 4, EACH = 500, LONGEST = 20000 };

/* Record r of writer w: its numbers, then bytes that follow from them. */
static size_t make_record(int w, int r, unsigned char *payload)
{
    const size_t size = 8 + (size_t)(w * 7919 + r * 104729) % (LONGEST - 8);
    memcpy(payload, (int[]){w, r}, 8);
    for (size_t i = 8; i < size; i++)
        payload[i] = (unsigned char)(i * 31 + (size_t)(w + 3 * r));
    return size;
}

/* Of its own records, into the file that is there or not. */
static void write_records(const char *path, int w)
{
    const kl_journal_writers writers = {NULL};
    unsigned char payload[LONGEST];
    kl_journal journal;
    if (kl_journal_open(path, 1, 0, &writers, &journal, NULL) != KL_OK)
        _exit(1);
    for (int r = 0; r < EACH; r++)
        if (kl_journal_append(&journal, 5, payload, make_record(w, r, payload), NULL) != KL_OK)
            _exit(2);
    _exit(kl_journal_close(&journal, NULL) == KL_OK ? 0 : 3);
}

typedef struct counted {
    int of[WRITERS], wrong;
} counted;

static kl_status count(void *context, uint32_t type, const void *payload, size_t size,
                       kl_error *err)
{
    counted *c = context;
    unsigned char right[LONGEST];
    int number[2];
    (void)err;
    if (type != 5)
        return KL_OK;
    memcpy(number, payload, sizeof number);
    c->wrong += number[1] != c->of[number[0]] || size != make_record(number[0], number[1], right) ||
                memcmp(payload, right, size) != 0;
    c->of[number[0]]++;
    return KL_OK;
}

/* Four processes append to one file, one of them is killed: what the others wrote is there, in
 * order. */
static void of_several_writers(void **state)
{
    char path[64];
    pid_t child[WRITERS];
    counted c = {{0}, 0};
    int damaged, how;
    (void)state;
    snprintf(path, sizeof path, "/tmp/kinlim-journal-XXXXXX");
    assert_non_null(mkdtemp(path));
    for (int w = 0; w < WRITERS; w++) {
        child[w] = fork();
        if (child[w] == 0)
            write_records(path, w);
    }
    usleep(20000);
    kill(child[0], SIGKILL);
    for (int w = 0; w < WRITERS; w++) {
        waitpid(child[w], &how, 0);
        assert_true(w == 0 || how == 0);
    }
    assert_ok(kl_journal_read(path, 0, count, &c, &damaged, why));
    assert_int_equal(c.wrong, 0);
    assert_true(damaged <= 1);
    for (int w = 1; w < WRITERS; w++)
        assert_int_equal(c.of[w], EACH);
    remove_journal(path);
}

/* The sync of one is for the records of both; what has to be on disk at once is synced by itself.
 */
static void share_their_syncs(void **state)
{
    char path[64];
    double clock = 0;
    const kl_journal_writers writers = {&clock};
    kl_journal a, b;
    (void)state;
    make_journal(path);
    assert_ok(kl_journal_open(path, 1, 0, &writers, &a, why));
    assert_ok(kl_journal_open(path, 1, 0, &writers, &b, why));
    assert_ok(kl_journal_append(&a, 5, "a", 1, why));
    assert_true(a.syncing && clock > 0);
    assert_ok(kl_journal_append(&b, 5, "b", 1, why));
    assert_true(b.behind && !b.syncing); /* a's began before */
    a.synced = clock -= 2 * a.interval;
    assert_ok(kl_journal_append(&a, 5, "c", 1, why));
    assert_true(clock > b.written);
    assert_ok(kl_journal_beat(&b, why));
    assert_true(!b.behind && !b.syncing && b.unsure);
    assert_ok(kl_journal_wait(&b, why));
    assert_true(!b.unsure && b.synced >= b.written);
    assert_ok(kl_journal_close(&a, why));
    assert_ok(kl_journal_close(&b, why));
    remove_journal(path);
}

static const struct CMUnitTest tests[] = {
    /* first: it forks, which asynchronous syncs do not survive */
    cmocka_unit_test(of_several_writers),
    cmocka_unit_test(torn_amid),
    cmocka_unit_test(share_their_syncs),
    cmocka_unit_test(round_trip),
    cmocka_unit_test(syncs_by_time),
    cmocka_unit_test(layout),
    cmocka_unit_test(torn_tail),
    cmocka_unit_test(flipped_bits),
    cmocka_unit_test(afresh),
    cmocka_unit_test(attempts),
    cmocka_unit_test(lock),
    cmocka_unit_test(bad_places)};
TEST_MAIN(tests)
