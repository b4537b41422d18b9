#include "kinetic/curvature.h"

#include "kinetic/shell.h"

#include <math.h>

enum { RESOLUTION = 192 };

kl_status kl_curvature(double energy, double *euler, double *negative, kl_error *err)
{
    kl_shell shell;
    double area = 0, below = 0, sum = 0;
    KL_TRY(kl_shell_create(3, energy, RESOLUTION, &shell, err));
    for (int i = 0; i < shell.npoints; i++) {
        double c[3], s[3], k = 0;
        for (int j = 0; j < 3; j++) {
            c[j] = shell.cosine[j][i];
            s[j] = shell.sine[j][i] * shell.sine[j][i];
        }
        const double square = s[0] + s[1] + s[2];
        for (int j = 0; j < 3; j++)
            k += s[j] * c[(j + 1) % 3] * c[(j + 2) % 3];
        /* dA = |grad e| delta(e - E): sqrt(square) times the weight, to a factor. */
        const double element = sqrt(square) * shell.weight[i];
        sum += element * k / (square * square);
        area += element;
        below += k < 0 ? element : 0;
    }
    kl_shell_destroy(&shell);
    *euler = 16 * M_PI * M_PI * M_PI * sum / (2 * M_PI);
    *negative = below / area;
    return KL_OK;
}
