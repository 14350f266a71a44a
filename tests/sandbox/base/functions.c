#include "functions.h"

#include "ident.h"

#include <ctype.h>
#include <string.h>

typedef struct named_code {
  char code[3];
  const char *name;
} named_code;

/* The countries of the seeds and of the recordings, and their neighbours; another code stands
   for itself. */
static const named_code countries[] = {
  { "AE", "United Arab Emirates" },
  { "AL", "Albania" },
  { "AR", "Argentina" },
  { "AT", "Austria" },
  { "AU", "Australia" },
  { "BE", "Belgium" },
  { "BR", "Brazil" },
  { "CA", "Canada" },
  { "CH", "Switzerland" },
  { "CL", "Chile" },
  { "CN", "China" },
  { "CO", "Colombia" },
  { "CZ", "Czech Republic" },
  { "DE", "Germany" },
  { "DK", "Denmark" },
  { "EE", "Estonia" },
  { "ES", "Spain" },
  { "FI", "Finland" },
  { "FR", "France" },
  { "GB", "United Kingdom" },
  { "GR", "Greece" },
  { "HU", "Hungary" },
  { "IE", "Ireland" },
  { "IL", "Israel" },
  { "IN", "India" },
  { "IT", "Italy" },
  { "JP", "Japan" },
  { "KR", "South Korea" },
  { "LT", "Lithuania" },
  { "MX", "Mexico" },
  { "NL", "Netherlands" },
  { "NO", "Norway" },
  { "NZ", "New Zealand" },
  { "PL", "Poland" },
  { "PT", "Portugal" },
  { "RO", "Romania" },
  { "SE", "Sweden" },
  { "SG", "Singapore" },
  { "UA", "Ukraine" },
  { "US", "United States" },
  { "ZA", "South Africa" },
};

static const named_code states[] = {
  { "AL", "Alabama" },        { "AK", "Alaska" },         { "AZ", "Arizona" },
  { "AR", "Arkansas" },       { "CA", "California" },     { "CO", "Colorado" },
  { "CT", "Connecticut" },    { "DE", "Delaware" },       { "DC", "District of Columbia" },
  { "FL", "Florida" },        { "GA", "Georgia" },        { "HI", "Hawaii" },
  { "ID", "Idaho" },          { "IL", "Illinois" },       { "IN", "Indiana" },
  { "IA", "Iowa" },           { "KS", "Kansas" },         { "KY", "Kentucky" },
  { "LA", "Louisiana" },      { "ME", "Maine" },          { "MD", "Maryland" },
  { "MA", "Massachusetts" },  { "MI", "Michigan" },       { "MN", "Minnesota" },
  { "MS", "Mississippi" },    { "MO", "Missouri" },       { "MT", "Montana" },
  { "NE", "Nebraska" },       { "NV", "Nevada" },         { "NH", "New Hampshire" },
  { "NJ", "New Jersey" },     { "NM", "New Mexico" },     { "NY", "New York" },
  { "NC", "North Carolina" }, { "ND", "North Dakota" },   { "OH", "Ohio" },
  { "OK", "Oklahoma" },       { "OR", "Oregon" },         { "PA", "Pennsylvania" },
  { "RI", "Rhode Island" },   { "SC", "South Carolina" }, { "SD", "South Dakota" },
  { "TN", "Tennessee" },      { "TX", "Texas" },          { "UT", "Utah" },
  { "VT", "Vermont" },        { "VA", "Virginia" },       { "WA", "Washington" },
  { "WV", "West Virginia" },  { "WI", "Wisconsin" },      { "WY", "Wyoming" },
};

static const named_code *find_code(const named_code *codes, size_t count, const char *code) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(codes[i].code, code) == 0) return &codes[i];
  return NULL;
}

bool sb_is_country(const char *code) {
  return strlen(code) == 2 && isupper((unsigned char)code[0]) && isupper((unsigned char)code[1]);
}

const char *sb_find_state(const char *code) {
  if (strncmp(code, "US-", 3) == 0) code += 3;
  const named_code *found = find_code(states, sizeof states / sizeof *states, code);
  return found ? found->code : NULL;
}

bool sb_is_user(const char *email) {
  return email && strchr(email, '@') && strncmp(email, "unknown", 7) != 0;
}

static const char *argument(sqlite3_value *value) {
  const char *words = (const char *)sqlite3_value_text(value);
  return words ? words : "";
}

static void answer_name(sqlite3_context *context, sqlite3_value *value, const named_code *codes,
                        size_t count) {
  const char *code = argument(value);
  if (!*code) return;
  const named_code *found = find_code(codes, count, code);
  sqlite3_result_text(context, found ? found->name : code, -1, SQLITE_TRANSIENT);
}

static void country_name(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  answer_name(context, values[0], countries, sizeof countries / sizeof *countries);
}

static void state_name(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  answer_name(context, values[0], states, sizeof states / sizeof *states);
}

/* The app's address of a customer ends in the company, or else the name, with every other sign
   as one underscore. */
static void customer_url(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  const char *slug = argument(values[1]);
  if (!*slug) slug = argument(values[2]);
  sb_text url = { 0 };
  sb_text_puts(&url, "https://app.chartmogul.com/#/customers/");
  sb_text_int(&url, sqlite3_value_int64(values[0]) + sb_kind_offset(SB_CUSTOMER));
  sb_text_putc(&url, '-');
  bool is_gap = false;
  for (bool is_first = true; *slug; slug++) {
    if (!isalnum((unsigned char)*slug)) {
      is_gap = !is_first;
      continue;
    }
    if (is_gap) sb_text_putc(&url, '_');
    sb_text_putc(&url, *slug);
    is_gap = is_first = false;
  }
  sqlite3_result_text(context, url.bytes, (int)url.len, SQLITE_TRANSIENT);
  sb_text_clear(&url);
}

/* "jane.doe@example.com" is the user "Jane Doe (jane.doe@example.com)". */
static void user_name(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  const char *email = argument(values[0]);
  sb_text name = { 0 };
  bool is_start = true;
  for (const char *at = email; *at && *at != '@'; at++) {
    bool is_letter = isalnum((unsigned char)*at);
    char letter = is_letter ? *at : ' ';
    sb_text_putc(&name, is_start ? (char)toupper((unsigned char)letter) : letter);
    is_start = !is_letter;
  }
  sb_text_printf(&name, " (%s)", email);
  sqlite3_result_text(context, name.bytes, (int)name.len, SQLITE_TRANSIENT);
  sb_text_clear(&name);
}

void sb_functions_register(sb_db *db) {
  static const struct {
    const char *name;
    int count;
    void (*function)(sqlite3_context *, int, sqlite3_value **);
  } functions[] = {
    { "country_name", 1, country_name },
    { "state_name", 1, state_name },
    { "customer_url", 3, customer_url },
    { "user_name", 1, user_name },
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (sqlite3_create_function_v2(sb_db_handle(db), functions[i].name, functions[i].count,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, functions[i].function,
                                   NULL, NULL, NULL) != SQLITE_OK)
      sb_stop("SQL function %s is refused", functions[i].name);
}
