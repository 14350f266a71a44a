/*
** answer.h -- bytes put onto a connection of the scripted server, also such as no honest server sends.
** Owns: nothing.
*/
#ifndef RUNNER_ANSWER_H
#define RUNNER_ANSWER_H

#include <microhttpd.h>

#include "text.h"

/**
 * Answer a request.
 * @param headers  "Name: value" lines.
 * @param cut_at   The connection ends after so many bytes of the body; -1: it does not.
 */
enum MHD_Result answer_bytes(struct MHD_Connection *connection, int status, const char *headers,
                             const text *body, long cut_at);

/** Answer with JSON text. */
enum MHD_Result answer_text(struct MHD_Connection *connection, int status, const char *line);

#endif
