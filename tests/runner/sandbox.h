/*
** sandbox.h -- the sandbox program as a child of the runner, and its control endpoints.
** Owns: the child process.
*/
#ifndef RUNNER_SANDBOX_H
#define RUNNER_SANDBOX_H

#include "text.h"

typedef struct sandbox sandbox;

/** Start the program on a free port. NULL with the reason in `why`. Free with sandbox_free. */
sandbox *sandbox_new(const char *program, text *why);

/** End the child. NULL: nothing. */
void sandbox_free(sandbox *done);

/** http://127.0.0.1:PORT/v1. Borrowed. */
const char *sandbox_base(const sandbox *of);

/** Empty everything (data, faults, switches, log) and fill in a seed: "demo", "empty", a number. */
bool sandbox_reset(sandbox *of, const char *seed, text *why);

/** POST `body` to a control endpoint, such as "/control/faults". False unless it answers 2xx. */
bool sandbox_control(sandbox *of, const char *path, const char *body, text *why);

/** The faults that were set happen no more. */
bool sandbox_forget_faults(sandbox *of, text *why);

/** The largest number of requests under way at once since the log was last taken; -1 with the reason. */
int sandbox_peak(sandbox *of, text *why);

/** As server_take_log. */
char *sandbox_take_log(sandbox *of, const char *headers, text *why);

#endif
