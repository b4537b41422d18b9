/* What the tests of the study file share: parse a text named study.yaml, read
 * one table, compare the message with the one expected. */
#ifndef KL_TESTS_CONFIG_SUPPORT_H
#define KL_TESTS_CONFIG_SUPPORT_H

#include "kinlim/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline kl_config *parsed(const char *text)
{
    kl_config *config = NULL;
    kl_error err = {0};
    if (kl_config_parse("study.yaml", text, strlen(text), &config, &err) != KL_OK)
        fail_msg("%s", err.message);
    assert_non_null(config);
    return config;
}

/* The text is read by the table without error. */
static inline kl_config *read_well(const char *text, const kl_key *table, void *into)
{
    kl_error err = {0};
    kl_config *config = parsed(text);
    if (kl_config_read(kl_config_root(config), table, into, &err) != KL_OK)
        fail_msg("%s", err.message);
    return config;
}

static inline void refuses_to_parse(const char *text, size_t length, const char *message)
{
    kl_config *config = (kl_config *)&config;
    kl_error err = {0};
    assert_int_equal(kl_config_parse("study.yaml", text, length, &config, &err), KL_INPUT);
    assert_int_equal(err.status, KL_INPUT);
    assert_string_equal(err.message, message);
    assert_null(config);
}

static inline void refuses_to_read(const char *text, const kl_key *table, void *into,
                                   const char *message)
{
    kl_error err = {0};
    kl_config *config = parsed(text);
    assert_int_equal(kl_config_read(kl_config_root(config), table, into, &err), KL_INPUT);
    assert_string_equal(err.message, message);
    kl_config_destroy(&config);
    assert_null(config);
}

#endif
