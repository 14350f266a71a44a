/*
** template.h -- short forms for long bodies: {{repeat 200 i ,}} ... {{i:04}} ... {{end}}, {{include file}}.
** Owns: nothing.
*/
#ifndef RUNNER_TEMPLATE_H
#define RUNNER_TEMPLATE_H

#include "text.h"

/**
 * Carry out the short forms of `body`.
 * @param folder  Where included files stand.
 * @param why     Receives what is wrong, one a line.
 * @return the text, free it with free(); NULL when something is wrong.
 */
char *template_expand(const char *body, const char *folder, text *why);

/** `in` with every `what` replaced by `with`. Free with free(). */
char *template_replace(const char *in, const char *what, const char *with);

#endif
