#include "graphs/lines.h"

enum { MOST = 34 }; /* vertices: 33!! fits into 64 bits */

kl_lines kl_lines_classify(int lines, int vertices, const int *block)
{
    kl_lines found = {true, true, true};
    uint32_t joined[16]; /* lines that line l shares a block with, itself included */
    for (int l = 0; l < lines; l++) {
        joined[l] = 1u << l;
        for (int a = 0; a < vertices; a++)
            for (int b = 0; b < lines * vertices; b++)
                if (block[l * vertices + a] == block[b])
                    joined[l] |= 1u << (b / vertices);
        const bool alone = joined[l] == 1u << l;
        found.disconnected = found.disconnected && alone;
        found.two_connected = found.two_connected && !alone;
    }
    uint32_t reached = 1;
    for (int sweep = 0; sweep < lines; sweep++)
        for (int l = 0; l < lines; l++)
            if (reached >> l & 1)
                reached |= joined[l];
    found.connected = reached == (1u << lines) - 1;
    return found;
}

typedef __int128 wide;

static wide binomial(int n, int k)
{
    wide value = 1;
    for (int i = 1; i <= k; i++)
        value = value * (n - k + i) / i;
    return value;
}

/* T(0..most); false if one leaves 63 bits. */
static bool contractions(int most, bool pairs, wide total[MOST + 1])
{
    for (int n = 0; n <= most; n++) {
        total[n] = n == 0;
        for (int size = 2; size <= n && n % 2 == 0; size += 2)
            if (size == 2 || !pairs)
                total[n] += binomial(n - 1, size - 1) * total[n - size];
        if (total[n] > INT64_MAX)
            return false;
    }
    return true;
}

kl_status kl_lines_count(int lines, int vertices, bool pairs, kl_lines_counts *counts,
                         kl_error *err)
{
    wide total[MOST + 1], connected[MOST + 1], two = 0, alone = 1;
    *counts = (kl_lines_counts){0};
    if (lines < 1 || vertices < 1 || lines * vertices > MOST ||
        !contractions(lines * vertices, pairs, total))
        return kl_fail(err, KL_INPUT, "%d lines of %d vertices: too many to count", lines,
                       vertices);
    for (int j = 0; j <= lines; j++) {
        two += (j % 2 ? -1 : 1) * binomial(lines, j) * alone * total[(lines - j) * vertices];
        if (j < lines)
            alone *= total[vertices];
    }
    for (int r = 1; r <= lines; r++) {
        connected[r] = total[r * vertices];
        for (int j = 1; j < r; j++)
            connected[r] -= binomial(r - 1, j - 1) * connected[j] * total[(r - j) * vertices];
    }
    *counts = (kl_lines_counts){(uint64_t)total[lines * vertices], (uint64_t)alone, (uint64_t)two,
                                (uint64_t)connected[lines]};
    return KL_OK;
}
