#include "resources.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
** Metrics are sums over the activities: a level at a time is the sum of all movements up to then.
** A request has at most this many entries.
*/
#define ENTRY_MAX 4000

enum { MRR, ARR, CUSTOMER_CHURN, MRR_CHURN, LTV, CUSTOMERS, ASP, ARPA, METRIC_COUNT };

/* In the order in which /metrics/all has them. */
static const struct {
  const char *name; /* the member */
  const char *path; /* behind /metrics/ */
  bool is_rate;     /* a float in percent */
} metrics[METRIC_COUNT] = {
  [MRR] = { "mrr", "mrr", false },
  [ARR] = { "arr", "arr", false },
  [CUSTOMER_CHURN] = { "customer-churn-rate", "customer-churn-rate", true },
  [MRR_CHURN] = { "mrr-churn-rate", "mrr-churn-rate", true },
  [LTV] = { "ltv", "ltv", false },
  [CUSTOMERS] = { "customers", "customer-count", false },
  [ASP] = { "asp", "asp", false },
  [ARPA] = { "arpa", "arpa", false },
};

enum { NEW_BUSINESS, EXPANSION, CONTRACTION, CHURN, REACTIVATION, MOVEMENT_COUNT };

static const struct {
  const char *type;
  const char *member;
} movements[MOVEMENT_COUNT] = {
  [NEW_BUSINESS] = { "new_biz", "mrr-new-business" },
  [EXPANSION] = { "expansion", "mrr-expansion" },
  [CONTRACTION] = { "contraction", "mrr-contraction" },
  [CHURN] = { "churn", "mrr-churn" },
  [REACTIVATION] = { "reactivation", "mrr-reactivation" },
};

/* One interval: what moved in it, and what there was at its end. */
typedef struct interval {
  int64_t end_ms; /* the last millisecond */
  int64_t moved[MOVEMENT_COUNT];
  int64_t counts[MOVEMENT_COUNT];
  int64_t mrr, customers;
  double values[METRIC_COUNT];
} interval;

typedef enum unit { DAY, WEEK, MONTH, QUARTER, YEAR } unit;

static bool find_unit(const char *name, unit *found) {
  static const char *const names[] = { "day", "week", "month", "quarter", "year" };
  for (int i = 0; i < 5; i++)
    if (strcmp(names[i], name) == 0) {
      *found = (unit)i;
      return true;
    }
  return false;
}

/* The last day of the interval that a day lies in; weeks begin on Monday, as the account says. */
static int64_t last_day(int64_t day_ms, unit of) {
  sb_date date = sb_date_of(day_ms);
  switch (of) {
  case DAY: return day_ms;
  case WEEK: return day_ms + (7 - sb_weekday_of(day_ms)) % 7 * SB_DAY_MS;
  case MONTH: return sb_time_of(date.year, date.month + 1, 1) - SB_DAY_MS;
  case QUARTER: return sb_time_of(date.year, (date.month + 2) / 3 * 3 + 1, 1) - SB_DAY_MS;
  default: return sb_time_of(date.year, 12, 31);
  }
}

static bool is_chosen(sb_call *call, sqlite3_stmt *rows) {
  const char *geo = sb_call_parameter(call, "geo"), *plans = sb_call_parameter(call, "plans");
  if (geo && *geo && !sb_is_word_of(geo, ',', sb_column_text(rows, 3))) return false;
  if (!plans || !*plans) return true;
  sb_text uuid = { 0 };
  sb_uuid_write(&uuid, SB_PLAN, sqlite3_column_int64(rows, 4));
  bool is_in = sb_is_word_of(plans, ',', uuid.bytes) ||
               sb_is_word_of(plans, ',', sb_column_text(rows, 5)) ||
               sb_is_word_of(plans, ',', sb_column_text(rows, 6));
  sb_text_clear(&uuid);
  return is_in;
}

static int movement_of(const char *type) {
  for (int i = 0; i < MOVEMENT_COUNT; i++)
    if (strcmp(movements[i].type, type) == 0) return i;
  return EXPANSION;
}

/* Add up the activities; `first` receives what there was before the first interval. Countries
   and plans are joined when asked for. */
static void add_up(sb_call *call, interval *all, size_t count, interval *first) {
  bool is_filtered = sb_call_parameter(call, "geo") || sb_call_parameter(call, "plans");
  sqlite3_stmt *rows = sb_db_statement(
      call->account->db,
      is_filtered ? "SELECT a.at, a.type, a.movement, c.country, p.id, p.name, p.external_id"
                    " FROM activities a JOIN customers c ON c.id = a.customer_id"
                    " LEFT JOIN plans p ON p.id = a.plan_id ORDER BY a.at, a.id"
                  : "SELECT a.at, a.type, a.movement FROM activities a ORDER BY a.at, a.id");
  interval sum = { 0 };
  size_t at = 0;
  bool is_inside = false;
  while (sb_db_step(rows)) {
    int64_t at_ms = sqlite3_column_int64(rows, 0);
    if (is_filtered && !is_chosen(call, rows)) continue;
    if (at_ms > all[count - 1].end_ms) break;
    if (at_ms > first->end_ms && !is_inside) {
      is_inside = true;
      first->mrr = sum.mrr;
      first->customers = sum.customers;
    }
    for (; at_ms > all[at].end_ms; at++) {
      all[at].mrr = sum.mrr;
      all[at].customers = sum.customers;
    }
    int kind = movement_of(sb_column_text(rows, 1));
    int64_t amount = sqlite3_column_int64(rows, 2);
    sum.mrr += amount;
    sum.customers += (kind == NEW_BUSINESS || kind == REACTIVATION) - (kind == CHURN);
    if (!is_inside) continue;
    all[at].moved[kind] += amount;
    all[at].counts[kind]++;
  }
  sb_db_done(rows);
  if (!is_inside) {
    first->mrr = sum.mrr;
    first->customers = sum.customers;
  }
  for (; at < count; at++) {
    all[at].mrr = sum.mrr;
    all[at].customers = sum.customers;
  }
}

static double two_places(double number) {
  return round(number * 100) / 100;
}

static double part(double of, double whole) {
  return whole ? of / whole : 0;
}

/* The eight figures of an interval; churn is measured against what there was before it. */
static void evaluate(interval *one, const interval *before) {
  int64_t net_churn = -(one->moved[CHURN] + one->moved[CONTRACTION] + one->moved[EXPANSION] +
                        one->moved[REACTIVATION]);
  double arpa = part((double)one->mrr, (double)one->customers);
  double churn = 100 * part((double)one->counts[CHURN], (double)before->customers);
  one->values[MRR] = (double)one->mrr;
  one->values[ARR] = (double)one->mrr * 12;
  one->values[CUSTOMERS] = (double)one->customers;
  one->values[ARPA] = round(arpa);
  one->values[CUSTOMER_CHURN] = two_places(churn);
  one->values[MRR_CHURN] = two_places(100 * part((double)net_churn, (double)before->mrr));
  one->values[LTV] = round(100 * part(arpa, churn));
  one->values[ASP] = round(
      part((double)one->moved[NEW_BUSINESS], (double)one->counts[NEW_BUSINESS]));
}

/* 2.0 and not 2: figures in percent are floats on the wire. */
static void write_float(sb_text *out, double number) {
  double whole;
  if (number == 0) number = 0; /* no minus sign */
  if (modf(number, &whole) == 0)
    sb_text_printf(out, "%.1f", number);
  else
    sb_text_printf(out, "%.10g", number);
}

static void write_value(const sb_call *call, int metric, double value) {
  sb_text *out = (sb_text *)(uintptr_t)&call->out;
  if (metrics[metric].is_rate)
    write_float(out, value);
  else if (metric == CUSTOMERS)
    sb_text_int(out, (int64_t)value);
  else
    sb_render_money(call->account, (int64_t)value, out);
}

static double change_of(double from, double to) {
  return from ? two_places(100 * (to - from) / fabs(from)) : 0;
}

static void write_entry(sb_call *call, int only, const interval *one, const interval *before) {
  sb_text *out = &call->out;
  sb_text_puts(out, "{\"date\":\"");
  sb_time_write(out, one->end_ms, SB_STYLE_DAY);
  sb_text_putc(out, '"');
  for (int metric = 0; metric < METRIC_COUNT; metric++) {
    if (only >= 0 && metric != only) continue;
    const char *name = metrics[metric].name;
    sb_text_printf(out, ",\"%s\":", name);
    write_value(call, metric, one->values[metric]);
    sb_text_printf(out, ",\"%s%spercentage-change\":", only < 0 ? name : "", only < 0 ? "-" : "");
    write_float(out, before ? change_of(before->values[metric], one->values[metric]) : 0);
  }
  for (int kind = 0; only == MRR && kind < MOVEMENT_COUNT; kind++) {
    sb_text_printf(out, ",\"%s\":", movements[kind].member);
    sb_render_money(call->account, one->moved[kind], out);
  }
  sb_render_end(call->account, out);
}

/*
** The summary compares now with one interval earlier; rates and lifetime value compare the last
** two entries. What the real one compares is not known, only that it is not always the last two
** entries.
*/
static void write_summary(sb_call *call, int only, const interval *now, const interval *earlier,
                          const interval *last, const interval *last_but_one) {
  sb_text *out = &call->out;
  const char *comma = "";
  sb_text_puts(out, "],\"summary\":{");
  for (int metric = 0; metric < METRIC_COUNT; metric++) {
    if (only >= 0 && metric != only) continue;
    bool is_of_entries = metrics[metric].is_rate || metric == LTV ||
                         sb_decided(call->account, metrics_summary, "entries");
    double current = (is_of_entries ? last : now)->values[metric];
    double previous = (is_of_entries ? last_but_one : earlier)->values[metric];
    const char *dash = only < 0 ? "-" : "", *name = only < 0 ? metrics[metric].name : "";
    sb_text_printf(out, "%s\"current%s%s\":", comma, dash, name);
    write_value(call, metric, current);
    sb_text_printf(out, ",\"previous%s%s\":", dash, name);
    write_value(call, metric, previous);
    sb_text_printf(out, ",\"%s%spercentage-change\":", name, dash);
    write_float(out, change_of(previous, current));
    comma = ",";
  }
  sb_render_end(call->account, out);
  sb_render_end(call->account, out);
}

/* The days that a request asks for; false when the answer is an error. */
static bool read_range(sb_call *call, int64_t *start_ms, int64_t *end_ms, unit *of) {
  const char *names[] = { "start-date", "end-date" };
  int64_t *days[] = { start_ms, end_ms };
  const char *interval_name = sb_call_parameter(call, "interval");
  if (!interval_name || !*interval_name) interval_name = call->account->decisions.metrics_interval;
  for (int i = 0; i < 2; i++) {
    const char *words = sb_call_parameter(call, names[i]);
    bool is_missing = !words || !*words;
    if (is_missing && sb_decided(call->account, metrics_dates, "optional"))
      *days[i] = sb_time_add_months(sb_time_day(call->account->clock_ms), i ? 0 : -12);
    else if (is_missing)
      sb_call_problem(call, names[i], "missing", "%s", names[i]);
    else if (!sb_time_parse(words, days[i], NULL))
      sb_call_problem(call, names[i], "invalid", "%s is not a valid date", names[i]);
    else
      *days[i] = sb_time_day(*days[i]);
  }
  if (!find_unit(interval_name, of))
    sb_call_problem(call, "interval", "invalid",
                    "interval is not day, week, month, quarter or year");
  if (!call->problems.count && *end_ms < *start_ms)
    sb_call_problem(call, "end-date", "invalid", "end-date is before start-date");
  return !sb_call_failed(call);
}

/* Intervals from start to end, the last one cut; gives how many, 0 when there are more than `max`. */
static size_t split(interval *all, size_t max, int64_t start_ms, int64_t end_ms, unit of) {
  size_t count = 0;
  for (int64_t day_ms = start_ms; day_ms <= end_ms;) {
    int64_t last_ms = last_day(day_ms, of);
    if (last_ms > end_ms) last_ms = end_ms;
    if (count == max) return 0;
    all[count++] = (interval){ .end_ms = last_ms + SB_DAY_MS - 1 };
    day_ms = last_ms + SB_DAY_MS;
  }
  return count;
}

static void evaluate_all(sb_call *call, interval *all, size_t count, int64_t start_ms) {
  interval first = { .end_ms = start_ms - 1 };
  add_up(call, all, count, &first);
  for (size_t i = 0; i < count; i++)
    evaluate(&all[i], i ? &all[i - 1] : &first);
}

/* The day one interval before today. */
static int64_t one_earlier(int64_t today_ms, unit of) {
  static const int months[] = { [MONTH] = 1, [QUARTER] = 3, [YEAR] = 12 };
  if (of == DAY) return today_ms - SB_DAY_MS;
  if (of == WEEK) return today_ms - 7 * SB_DAY_MS;
  return sb_time_add_months(today_ms, -months[of]);
}

static void write_metrics(sb_call *call, unit of, const interval *all, size_t count) {
  const char *path = call->route->path + strlen("/metrics/");
  int64_t today_ms = sb_time_day(call->account->clock_ms), ago_ms = one_earlier(today_ms, of);
  interval recent[2] = { { .end_ms = ago_ms + SB_DAY_MS - 1 },
                         { .end_ms = today_ms + SB_DAY_MS - 1 } };
  int only = -1;
  for (int metric = 0; metric < METRIC_COUNT; metric++)
    if (strcmp(metrics[metric].path, path) == 0) only = metric;
  evaluate_all(call, recent, 2, ago_ms - (today_ms - ago_ms) + SB_DAY_MS);
  sb_call_answer(call, 200);
  sb_text_puts(&call->out, "{\"entries\":[");
  for (size_t i = 0; i < count; i++) {
    if (i) sb_text_putc(&call->out, ',');
    write_entry(call, only, &all[i], i ? &all[i - 1] : NULL);
  }
  write_summary(call, only, &recent[1], &recent[0], &all[count - 1],
                &all[count > 1 ? count - 2 : 0]);
}

void sb_metrics(sb_call *call) {
  int64_t start_ms = 0, end_ms = 0;
  unit of = MONTH;
  if (!read_range(call, &start_ms, &end_ms, &of)) return;
  interval *all = sb_alloc(ENTRY_MAX * sizeof *all);
  size_t count = split(all, ENTRY_MAX, start_ms, end_ms, of);
  if (count) {
    evaluate_all(call, all, count, start_ms);
    write_metrics(call, of, all, count);
  } else {
    sb_call_problem(call, "end-date", "invalid", "the range has too many intervals");
    sb_call_failed(call);
  }
  free(all);
}
