/*
** base.h -- attributes, small macros and the fixed bounds of the extension.
** Declares no function and holds no state.
*/
#ifndef CM_BASE_BASE_H
#define CM_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CM_VERSION "0.1.0"

#if defined(__GNUC__)
#define CM_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define CM_MUST_CHECK __attribute__((warn_unused_result))
#ifdef _WIN32
#define CM_EXPORT __attribute__((dllexport))
#else
#define CM_EXPORT __attribute__((visibility("default")))
#endif
#else
#define CM_PRINTF(text, first)
#define CM_MUST_CHECK
#define CM_EXPORT
#endif

#define cm_countof(array) (sizeof(array) / sizeof((array)[0]))

/*
** Bounds that no setting moves. Each one is a promise that a wrong or hostile answer, or a
** mistaken statement, ends in an error and not in a full memory.
*/
enum {
  CM_MAX_RESPONSE_BYTES = 64 * 1024 * 1024, /* one answer */
  CM_MAX_HEAD_BYTES = 256 * 1024,           /* its header lines */
  CM_MAX_MEMO_BYTES = 64 * 1024 * 1024,     /* answers kept for the running statements */
  CM_MAX_CACHE_BYTES = 64 * 1024 * 1024,    /* answers kept for the next statements */
  CM_MAX_SEEN_BYTES = 64 * 1024 * 1024,     /* rows that a DELETE has read */
  CM_MAX_BODY_BYTES = 16 * 1024 * 1024,     /* one request body */
  CM_MAX_URL_BYTES = 64 * 1024,             /* one path with its query */
  CM_MAX_LIST_VALUES = 1000000,             /* values of one IN list */
  CM_MAX_PAGES = 10000000,                  /* pages of one list */
  CM_MAX_RETRY_AFTER_MS = 60 * 1000,        /* a longer Retry-After is an error at once */
  CM_MAX_UNREACHED_TRIES = 3,               /* of a request where nothing answers at all */
  CM_MAX_JSON_DEPTH = 200,
  CM_INTERRUPT_POLL_MS = 50, /* how often a wait looks for Ctrl-C */
  CM_WRITE_GRACE_MS = 5000,  /* time that sent writes get after Ctrl-C */
  CM_MAX_QUEUED_WRITES = 100000,
  CM_MAX_QUEUED_BYTES = 256 * 1024 * 1024,
  CM_MAX_REQUEST_LOG = 1000,
  CM_MAX_LOGGED_BYTES = 64 * 1024 * 1024, /* bodies in that log */
  CM_MAX_WRITE_LOG = 100000,
  CM_MAX_WRITE_BODIES = 1000,
  CM_MAX_CREATED_KEYS = 1024, /* of rows created last, which no other create can be answered with */
  CM_MAX_DROPPED_BYTES = 64 * 1024 * 1024, /* bodies of dropped writes in that log */
  CM_MAX_KNOWN_LISTS = 64,
  CM_MAX_ACCOUNTS = 16,     /* of one connection, beside the first */
  CM_MAX_ACCOUNT_NAME = 32, /* bytes */
  CM_MAX_READ_TEXTS = 8,    /* tables of which the texts of the running statements were read */
  CM_MAX_FALLBACKS = 4,     /* of one read: parameters that are sent unless they are given */
  CM_MAX_BATCH_ROWS = 100,  /* that go out in one call */
  CM_MAX_BATCH_BYTES = 4 * 1024 * 1024,
  CM_MAX_RECORD_LISTS = 8,       /* of a json import */
  CM_MAX_IMPORT_BYTES = 5000000, /* its body; the API takes 5 MB */
  CM_MAX_IMPORT_CUSTOMERS = 1000,
  CM_MAX_REFUSED_ROWS = 10 /* an autocommit statement stops after so many refused rows */
};

#endif
