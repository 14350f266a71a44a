/*
** decisions.h -- what nobody has recorded of the real API, and what the sandbox does instead.
** Owns: the values of the switches.  Never: decides anything that
** recordings show.
**
** Every member is a switch of POST /control/switches; decisions.c has its default and the reason.
*/
#ifndef SANDBOX_DECISIONS_H
#define SANDBOX_DECISIONS_H

#include "text.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <string.h>

/** The longest text of a switch, with its NUL. */
#define SB_SWITCH_TEXT 32

/** The switches. Booleans and numbers are int64_t, choices are text. */
typedef struct sb_decisions {
  int64_t duplicate_status;
  int64_t read_only_status;
  int64_t wrong_verb_status;
  int64_t forbidden_status;
  int64_t line_item_create_status;
  int64_t child_delete_status;
  int64_t json_import_status;
  int64_t custom_delete_status;
  int64_t invoice_errors_status;
  int64_t status_change_status;
  char limit_body[SB_SWITCH_TEXT];
  char unknown_include[SB_SWITCH_TEXT];
  char account_settings[SB_SWITCH_TEXT];
  char source_settings[SB_SWITCH_TEXT];
  char source_status[SB_SWITCH_TEXT];
  char status_answer[SB_SWITCH_TEXT];
  char line_item_answer[SB_SWITCH_TEXT];
  char limit_text[SB_SWITCH_TEXT];
  char deletes[SB_SWITCH_TEXT];
  char unchanged_patch[SB_SWITCH_TEXT];
  char notes_path[SB_SWITCH_TEXT];
  char external_id_missing[SB_SWITCH_TEXT];
  char email_missing[SB_SWITCH_TEXT];
  char sent_system[SB_SWITCH_TEXT];
  char line_item_external_id[SB_SWITCH_TEXT];
  char metrics_dates[SB_SWITCH_TEXT];
  char metrics_summary[SB_SWITCH_TEXT];
  char list_order[SB_SWITCH_TEXT];
  char event_dates[SB_SWITCH_TEXT];
  char activities_end[SB_SWITCH_TEXT];
  char errors_form[SB_SWITCH_TEXT];
  char existing_custom[SB_SWITCH_TEXT];
  char export_failure[SB_SWITCH_TEXT];
  char duplicate_invoice[SB_SWITCH_TEXT];
  char activities_cursor[SB_SWITCH_TEXT];
  char by_external_id[SB_SWITCH_TEXT];
  char event_answer[SB_SWITCH_TEXT];
  char patch_tags[SB_SWITCH_TEXT];
  char unknown_custom[SB_SWITCH_TEXT];
  char plan_group_missing[SB_SWITCH_TEXT];
  char metrics_interval[SB_SWITCH_TEXT];
  char numbers[SB_SWITCH_TEXT];
  char source_system[SB_SWITCH_TEXT];
  char import_failure[SB_SWITCH_TEXT];
  char import_invalid[SB_SWITCH_TEXT];
  char import_words[SB_SWITCH_TEXT];
  char import_errors[SB_SWITCH_TEXT];
  char import_details[SB_SWITCH_TEXT];
  int64_t customers_by_email;
  int64_t import_by_external_id;
  int64_t import_by_id;
  int64_t import_source_prefix;
  int64_t contact_last_seen;
  int64_t contact_moves;
  int64_t customer_statuses;
  int64_t notes_of_contacts;
  int64_t late_import_side;
  int64_t delete_delay_ms;
  int64_t opportunity_arr;
  int64_t delete_automatic_customer;
  int64_t tax_included;
  int64_t newer_members;
  int64_t extra_members;
  int64_t disable_anywhere;
  int64_t delete_used_plan;
  int64_t defined_custom_only;
  int64_t http_chunked;
  int64_t gzip;
  int64_t gzip_from_bytes;
  int64_t rate_limit_per_second;
  int64_t rate_limit_retry_after;
  int64_t max_connections;
  int64_t latency_ms;
  int64_t slow_every;
  int64_t statuses_move;
  int64_t processing_delay_ms;
  int64_t async_delay_ms;
  int64_t polls_until_done;
  char today[SB_SWITCH_TEXT];
} sb_decisions;

/** Whether a choice is that word. */
#define sb_decided(account, member, word) (strcmp((account)->decisions.member, word) == 0)

/**
 * Whether something is on that a flag switches.
 *
 * @param flag  The offset of the flag; 0: nothing switches it.
 */
bool sb_is_on(const sb_decisions *decisions, size_t flag);
/** Set every switch to its default. */
void sb_decisions_init(sb_decisions *decisions);
/** Append all switches as one JSON object. */
void sb_decisions_write(const sb_decisions *decisions, sb_text *out);
/**
 * Take new values from a JSON object {name: value}. Nothing is taken when one is wrong.
 *
 * @param problem  Receives what is wrong, in one sentence. Not NULL.
 * @return whether all were taken.
 */
bool sb_decisions_take(sb_decisions *decisions, const cJSON *values, sb_text *problem);

#endif
