#include "copy/announced.h"

#include "copy/growth.h"
#include "copy/reading.h"
#include "copy/target.h"

static const char lists_of_a_later_run[] =
    "the lists of a first copy follow; a later run asks besides for each row that a list lacks, "
    "or, "
    "where these are more than 100, for the list once more, and reads of activities what is new or "
    "has changed";

/** The table's list, as cm_fetch_list reads it. `account` is whose it is. */
static int note_list(cm_session *account, const cm_copied *copied, cm_explained *explained) {
  const cm_resource *leader = cm_copied_leader(copied);
  const cm_term start = {
    .column = copied->start, .op = CM_TERM_EQ, .is_usable = true, .is_binary = true
  };
  const cm_offer offer = { .terms = &start, .term_count = copied->start >= 0, .limit = -1 };
  cm_explained_plan plan = {
    .session = account, .resource = leader, .who = leader->name, .plan = cm_reading_plan(leader)
  };
  if (copied->start >= 0)
    plan.plan.args[plan.plan.arg_count++] = (cm_plan_arg){
      .column = copied->start, .op = CM_TERM_EQ, .use = CM_ARG_SENT, .is_literal = true
    };
  plan.text = cm_plan_encode(leader, &offer, &plan.plan);
  if (plan.text == NULL) return SQLITE_NOMEM;
  int rc = cm_explained_note_call(explained, &plan, NULL);
  sqlite3_free(plan.text);
  return rc;
}

static bool is_first_of_list(const cm_copied_list *list, int index) {
  for (int i = 0; i < index; i++) {
    if (cm_copied_leader(&list->tables[i]) == cm_copied_leader(&list->tables[index])) return false;
  }
  return true;
}

static bool has_series(const cm_copied_list *list) {
  for (int i = 0; i < list->count; i++) {
    if (list->tables[i].start >= 0) return true;
  }
  return false;
}

/** What the function asks for by itself: whose account it is, and the day on which the history of the series begins. */
static int note_first(const cm_announced_call *call, cm_session *account,
                      const cm_copied_list *list, cm_explained *explained,
                      sqlite3_index_info *info) {
  char text[CM_GROWTH_URL + 64], oldest[CM_GROWTH_URL] = "";
  if (has_series(list)) cm_growth_oldest(oldest);
  bool asks_day = oldest[0] != '\0';
  sqlite3_snprintf(sizeof text, text, asks_day ? "GET /account, GET %s&per_page=1" : "GET /account",
                   oldest);
  const cm_explained_plan plan = { .session = account,
                                   .who = call->who,
                                   .text = text,
                                   .plan = { .requests = asks_day ? 2 : 1 },
                                   .advice = (char *)lists_of_a_later_run };
  return cm_explained_note_call(explained, &plan, info);
}

/** @param advice  What is to be known instead of a price. */
static int note_no_price(const cm_announced_call *call, bool is_refused, const char *advice,
                         cm_explained *explained, sqlite3_index_info *info) {
  const cm_explained_plan plan = { .session = call->session,
                                   .who = call->who,
                                   .text = "",
                                   .is_refused = is_refused,
                                   .advice = (char *)advice };
  return cm_explained_note_call(explained, &plan, info);
}

/** What is refused before the first request, or cannot be known before the call. @return true: it was noted. */
static bool note_open(const cm_announced_call *call, cm_explained *explained,
                      sqlite3_index_info *info, int *rc) {
  const char *advice = NULL;
  bool is_refused = false;
  char line[CM_EXPLAINED_ADVICE];
  if (call->refusal != NULL) {
    sqlite3_snprintf(sizeof line, line, "it fails: %s", call->refusal->text);
    advice = line;
    is_refused = true;
  } else if (!call->schema.is_open && call->schema.text == NULL) {
    advice = "it fails so: write SELECT * FROM chartmogul_refresh('main')";
    is_refused = true;
  } else if (call->tables.is_open) {
    advice = "which tables are copied is known when it runs";
  } else if (call->account.is_open) {
    advice = "whose account is copied is known when it runs";
  }
  if (advice != NULL) *rc = note_no_price(call, is_refused, advice, explained, info);
  return advice != NULL;
}

int cm_announced_note(const cm_announced_call *call, cm_explained *explained,
                      sqlite3_index_info *info) {
  cm_copied_list list = { NULL, 0 };
  cm_session *account = call->session;
  cm_err err = { 0 };
  int rc = SQLITE_OK;
  if (note_open(call, explained, info, &rc)) return rc;
  if (call->account.text != NULL)
    rc = cm_session_account(call->session, call->account.text, &account, &err);
  if (rc == SQLITE_OK) rc = cm_copied_choose(call->tables.text, &list, &err);
  if (rc == SQLITE_OK && call->schema.text != NULL)
    rc = cm_target_check(call->session, call->schema.text, &err);
  if (rc != SQLITE_OK && rc != SQLITE_NOMEM) {
    const cm_announced_call refused = { .who = call->who,
                                        .session = call->session,
                                        .refusal = &err };
    (void)note_open(&refused, explained, info, &rc);
  } else if (rc == SQLITE_OK) {
    rc = note_first(call, account, &list, explained, info);
    for (int i = 0; i < list.count && rc == SQLITE_OK; i++) {
      if (is_first_of_list(&list, i)) rc = note_list(account, &list.tables[i], explained);
    }
  }
  cm_copied_list_clear(&list);
  return rc;
}
