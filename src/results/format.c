/* The tables of schema.h. */
#include "results/format.h"

#include <string.h>

#define TEXT(member)         KL_ROW_TEXT, offsetof(kl_row, member), sizeof((kl_row *)0)->member
#define NUMBER(kind, member) kind, offsetof(kl_row, member), 0

const kl_row_member kl_row_members[KL_ROW_MEMBERS] = {
    {"point", "index of the point, -1 for none", NUMBER(KL_ROW_INT, point)},
    {"time", "macroscopic time", NUMBER(KL_ROW_REAL, time)},
    {"observable", "name of the observable", TEXT(observable)},
    {"part", "real or imaginary part", TEXT(part)},
    {"statistic", "name of the statistic", TEXT(statistic)},
    {"order", "order of the moment", NUMBER(KL_ROW_REAL, order)},
    {"realizations", "number of realizations", NUMBER(KL_ROW_INT, realizations)},
    {"value", "value", NUMBER(KL_ROW_REAL, value)},
    {"low", "lower end of the 95% interval", NUMBER(KL_ROW_REAL, low)},
    {"high", "upper end of the 95% interval", NUMBER(KL_ROW_REAL, high)},
};

bool kl_schema_reserved(const char *attribute)
{
    static const char *const names[] = {"format", "format_version", "system", "study",
                                        "time_units"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(attribute, names[i]) == 0)
            return true;
    return attribute[0] == '_'; /* _NCProperties and the like */
}
