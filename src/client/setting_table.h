/*
** setting_table.h -- the knobs of a connection, as a table.
** Pure: no I/O.  Tests: tests/unit/client/setting.c
*/
#ifndef CM_CLIENT_SETTING_TABLE_H
#define CM_CLIENT_SETTING_TABLE_H

#include "base/base.h"
#include "base/err.h"

enum { CM_MAX_SETTINGS = 32 };

typedef enum cm_write_mode {
  CM_WRITE_COMMIT,
  CM_WRITE_IMMEDIATE,
  CM_WRITE_BULK /* at COMMIT, new rows as json imports */
} cm_write_mode;
/** What a refused row does to the others of its statement, or of its COMMIT. */
typedef enum cm_on_refusal {
  CM_REFUSAL_STOPS,     /* the first of a COMMIT, the tenth of a statement */
  CM_REFUSAL_CONTINUES, /* all are tried, then it fails */
  CM_REFUSAL_IGNORED    /* all are tried, and it succeeds */
} cm_on_refusal;

/** Where writes are recorded. */
typedef struct cm_recording {
  char *journal; /* a file; owned; NULL: none */
  int journal_days;
} cm_recording;

/** When the line of progress is shown (client/progress.h). */
typedef enum cm_progress_mode { CM_PROGRESS_OFF, CM_PROGRESS_AUTO } cm_progress_mode;

/** What a person at a prompt turns on. */
typedef struct cm_at_prompt {
  int cache_ttl; /* seconds; 0: none */
  int progress;  /* cm_progress_mode */
  bool log_bodies;
} cm_at_prompt;

/** Whose settings they are. */
typedef struct cm_setting_scope {
  const struct cm_settings
      *first; /* of the first account, whose are what is not the account's own; NULL: this is it */
  const char *name;      /* of the account; borrowed; NULL: the first */
  char *account;         /* of the first: which one functions use; owned; NULL: the first */
  char *first_base_url;  /* before SQL changed it; owned */
  bool is_key_elsewhere; /* a key was set, for another origin than base_url */
} cm_setting_scope;

/**
 * The values in force. Texts are owned (sqlite3_malloc) and may be NULL: not set. Those of an account that are not its own
 * are the first account's, borrowed.
 */
typedef struct cm_settings {
  char *api_key; /* never shown */
  char *api_key_file;
  char *base_url; /* no slash at its end */
  char *ca_file;
  int timeout_ms;
  int deadline_ms;
  int max_requests;
  int concurrency;
  int requests_per_second;
  int max_retries;
  int per_page;
  int write_mode; /* cm_write_mode */
  int on_refusal; /* cm_on_refusal */
  int delete_limit;
  cm_recording recording;
  bool dry_run;
  bool read_only; /* one-way: once set, never unset */
  bool handle_as_user_edit;
  bool stored_tables;
  bool lock_settings; /* one-way, too */
  cm_at_prompt prompt;
  /* Per row of the table below: a cm_setting_source, and what is wrong with the value in the environment. */
  unsigned char sources[CM_MAX_SETTINGS];
  char *wrong[CM_MAX_SETTINGS];
  cm_setting_scope scope;
} cm_settings;

typedef enum cm_setting_source { CM_BY_DEFAULT, CM_BY_ENVIRONMENT, CM_BY_CONFIG } cm_setting_source;
typedef enum cm_setting_type {
  CM_SETTING_TEXT,
  CM_SETTING_INTEGER,
  CM_SETTING_BOOLEAN,
  CM_SETTING_WORD
} cm_setting_type;

/** One knob. The environment variable is CHARTMOGUL_ and the name in capitals. */
typedef struct cm_setting {
  const char *name;
  cm_setting_type type;
  size_t offset; /* in cm_settings */
  int min, max;  /* of an integer */
  const char *const
      *words; /* of CM_SETTING_WORD (an int), NULL-terminated, in the order of its enum */
  const char *default_value;
  bool is_secret;     /* never readable: shows as "set" / "not set" */
  bool is_of_writes;  /* where writes go, or what they are: it cannot change while some wait */
  bool is_lockable;   /* it says which account is meant: lock_settings holds it */
  bool is_of_account; /* each account has its own */
  int latch_code;     /* of a switch that stays on once it is: what unsetting it fails with */
  const char *doc;    /* one sentence with a period */
} cm_setting;

/** How many knobs there are. */
int cm_setting_count(void);

/** Row of the table, from 0; NULL when there is none. */
const cm_setting *cm_setting_at(int row);

/** Row of the table by name, -1 when there is none. */
int cm_setting_find(const char *name);

/** Append a word to a list with commas, in a buffer of so many bytes. */
void cm_setting_list_word(char *list, size_t size, const char *word);

/** There is no setting of this name: the valid ones. @return SQLITE_ERROR. */
int cm_setting_refuse_name(const char *name, cm_err *err);

#endif
