#include "account.h"

#include "../base/functions.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* More than this many effects at once means that somebody never lets them happen. */
#define DEFERRED_MAX 100000

static void forget_deferred(sb_account *account) {
  for (size_t i = 0; i < account->deferred_count; i++)
    free(account->deferred[i].what);
  free(account->deferred);
  account->deferred = NULL;
  account->deferred_count = 0;
}

sb_account *sb_account_open(const sb_resource *const *resources) {
  sb_account *account = sb_alloc(sizeof *account);
  account->resources = resources;
  sb_decisions_init(&account->decisions);
  sb_account_empty(account);
  return account;
}

void sb_account_close(sb_account *account) {
  if (!account) return;
  forget_deferred(account);
  sb_db_close(account->db);
  free(account);
}

void sb_account_empty(sb_account *account) {
  forget_deferred(account);
  sb_db_close(account->db);
  memset(account->rendered, 0, sizeof account->rendered);
  account->db = sb_db_open();
  sb_functions_register(account->db);
  sb_resource_create_tables(account->db, account->resources);
  for (int kind = 0; kind < SB_KIND_COUNT; kind++)
    account->next[kind] = 1;
  account->version++;
  sb_account_set_today(account);
}

int64_t sb_account_number(sb_account *account, sb_kind kind) {
  return account->next[kind]++;
}

int64_t sb_account_tick(sb_account *account) {
  account->version++;
  account->clock_ms += SB_SECOND_MS;
  return account->clock_ms;
}

int64_t sb_account_horizon(const sb_account *account) {
  return sb_time_day(account->clock_ms) + SB_DAY_MS - 1;
}

void sb_account_set_today(sb_account *account) {
  if (!sb_time_parse(account->decisions.today, &account->clock_ms, NULL))
    sb_stop("today is no day: %s", account->decisions.today);
}

int64_t sb_monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sb_account_defer(sb_account *account, int64_t delay_ms, sb_effect *effect, const char *what) {
  if (delay_ms <= 0) {
    effect(account, what);
    return;
  }
  if (account->deferred_count == DEFERRED_MAX) sb_stop("too many effects wait");
  size_t size = (account->deferred_count + 1) * sizeof *account->deferred;
  account->deferred = sb_grow(account->deferred, size);
  account->deferred[account->deferred_count++] = (sb_deferred){
    .due_ms = sb_monotonic_ms() + delay_ms,
    .effect = effect,
    .what = sb_copy(what),
  };
}

static void settle(sb_account *account, int64_t now_ms) {
  size_t kept = 0, count = account->deferred_count;
  /* In the order in which they were asked for; an effect does not defer another. */
  for (size_t i = 0; i < count; i++) {
    sb_deferred one = account->deferred[i];
    if (one.due_ms > now_ms) {
      account->deferred[kept++] = one;
      continue;
    }
    one.effect(account, one.what);
    free(one.what);
  }
  account->deferred_count = kept;
}

void sb_account_settle(sb_account *account) {
  if (account->deferred_count) settle(account, sb_monotonic_ms());
}

void sb_account_hurry(sb_account *account) {
  settle(account, INT64_MAX);
}
