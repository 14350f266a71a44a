/*
** script.h -- the rest of an input as the answers of the API, in their order, the last one again and again.
**
** Answers are divided by the byte 0x1e. One that begins with a letter of this list is not a plain 200:
**   A 401  B broken off  C 400  D 302  L too large  M 404  N not sent  R 429  S 500  T timed out  U 422
**   V 503 and a long Retry-After  X untrusted  Y 204
** Whatever is asked is checked: the URL holds nothing that does not belong there, and a body is JSON.
*/
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "target.h"
#include "wire.h"

enum { SCRIPT_MAX_ANSWERS = 16 };

typedef struct script {
  cm_slice answers[SCRIPT_MAX_ANSWERS]; /* owned */
  int count;
  int at; /* the next one */
} script;

/** Cut what is left of an input into answers, and let them answer from now on. */
void script_start(script *made, input *from);

/** Begin again with the first one. */
void script_rewind(script *again);

void script_end(script *done);

#endif
