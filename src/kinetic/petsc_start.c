/* Start and end of PETSc: no options but those that are asked for, none from environment or files,
 * no signal handlers, no text of its own. */
#include "kinetic/boltzmann.h"
#include "kinetic/petsc_error.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)
#ifdef PETSC_USE_COMPLEX
#define SCALAR "complex"
#else
#define SCALAR "real"
#endif

/* Sets the variable aside while PETSc starts; *value is a copy or NULL. */
static kl_status set_aside(const char *name, char **value, kl_error *err)
{
    const char *now = getenv(name);
    *value = now ? strdup(now) : NULL;
    if (now && !*value)
        return kl_fail(err, KL_ENVIRONMENT, "PETSc: no memory");
    unsetenv(name);
    return KL_OK;
}

static void put_back(const char *name, char *value)
{
    if (value)
        setenv(name, value, 1);
    free(value);
}

/* With the options in the place of the environment's, where PETSc looks for those of its start. */
static PetscErrorCode initialize(const char *options)
{
    char name[] = "kinlim", skip[] = "-skip_petscrc", quiet[] = "-no_signal_handler";
    char *words[] = {name, skip, quiet, NULL}, **argv = words;
    int argc = 3;
    if (options)
        setenv("PETSC_OPTIONS", options, 1);
    const PetscErrorCode code = PetscInitialize(&argc, &argv, NULL, NULL);
    unsetenv("PETSC_OPTIONS");
    return code;
}

kl_status kl_petsc_begin(const char *options, kl_error *err)
{
    char *before, *yaml = NULL;
    PetscErrorCode code = 0;
    kl_status status = set_aside("PETSC_OPTIONS", &before, err);
    if (status == KL_OK)
        status = set_aside("PETSC_OPTIONS_YAML", &yaml, err);
    if (status == KL_OK)
        code = initialize(options);
    put_back("PETSC_OPTIONS", before);
    put_back("PETSC_OPTIONS_YAML", yaml);
    KL_TRY(status);
    if (code)
        return kl_fail(err, KL_ENVIRONMENT, "PETSc does not start (error %d)", (int)code);
    KL_PETSC(PetscPushErrorHandler(PetscIgnoreErrorHandler, NULL));
    if (!options)
        KL_PETSC(PetscOptionsClear(NULL));
    return KL_OK;
}

kl_status kl_petsc_options(TS ts, kl_error *err)
{
    char *all;
    KL_PETSC(PetscOptionsGetAll(NULL, &all));
    const bool given = all[0] != 0;
    KL_PETSC(PetscFree(all));
    if (given)
        KL_PETSC(TSSetFromOptions(ts));
    return KL_OK;
}

void kl_petsc_end(void)
{
    PetscBool started = PETSC_FALSE;
    if (PetscInitialized(&started) || !started)
        return;
    (void)PetscPopErrorHandler();
    (void)PetscFinalize();
}

const char *kl_petsc_version(void)
{
    return TEXT(PETSC_VERSION_MAJOR) "." TEXT(PETSC_VERSION_MINOR) "." TEXT(
        PETSC_VERSION_SUBMINOR) " (" SCALAR ")";
}

kl_status kl_petsc_fail(PetscErrorCode code, const char *call, kl_error *err)
{
    const char *text = NULL;
    char *detail = NULL;
    if (PetscErrorMessage(code, &text, &detail))
        text = NULL;
    const char *name = call;
    size_t length = strcspn(name, "(");
    char line[512];
    snprintf(line, sizeof line, "%s", detail && *detail ? detail : text ? text : "unknown error");
    line[strcspn(line, "\n")] = 0;
    return kl_fail(err, KL_ENVIRONMENT, "PETSc: %.*s: error %d: %s", (int)length, name, (int)code,
                   line);
}
