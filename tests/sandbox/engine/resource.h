/*
** resource.h -- what a kind of object is: its members, where they are stored, who may write them,
** how they are answered.
** Owns: nothing, descriptors are constant data.  Never: knows a
** particular resource.
**
** One file per resource holds a descriptor; row.c reads and stores by it, render.c answers by it, list.c
** pages by it.
*/
#ifndef SANDBOX_RESOURCE_H
#define SANDBOX_RESOURCE_H

#include "../base/db.h"
#include "../base/ident.h"
#include "../base/timestamp.h"

#include <cjson/cJSON.h>

/** The most members that a resource may have. */
#define SB_MEMBER_MAX 64

typedef struct sb_account sb_account;
typedef struct sb_call sb_call;
typedef struct sb_row sb_row;
typedef struct sb_resource sb_resource;

/** How a list or an object is to be shown. */
typedef struct sb_view {
  unsigned form;       /* SB_FORM_* */
  bool with_disabled;  /* disabled children too */
  bool with_histories; /* edit_history_summary too */
} sb_view;

/* SB_FORM_ALONE comes with another one: a row that is asked for without what it stands in. */
enum { SB_FORM_IMPORT = 1, SB_FORM_LIST = 2, SB_FORM_SINGLE = 4, SB_FORM_ALONE = 8 };

typedef enum sb_type {
  SB_TEXT,
  SB_INT,
  SB_MONEY,  /* computed money, written as the switch `numbers` says */
  SB_BOOL,   /* 0 or 1 */
  SB_UUID,   /* a counter, written as the uuid of kind `detail` */
  SB_ID,     /* a counter, written as the integer id of kind `detail` */
  SB_TIME,   /* milliseconds, written in style `detail` */
  SB_RAW,    /* JSON, answered as it came */
  SB_ERRORS, /* {member: text}, written as the switch errors_form says */
  SB_OBJECT, /* the members up to SB_END are inside an object of this name */
  SB_END,
  SB_NESTED /* written by `nested` */
} sb_type;

enum {
  SB_CREATE = 1,             /* may be sent when creating */
  SB_UPDATE = 2,             /* may be sent when changing */
  SB_BOTH = 3,               /* either */
  SB_REQUIRED = 4,           /* must be sent when creating */
  SB_HIDDEN = 8,             /* stored, never answered */
  SB_COMPUTED = 16,          /* `column` is an SQL expression over the row `t` */
  SB_OMIT_NULL = 32,         /* the key is left out when there is no value */
  SB_NEWER = 64,             /* left out unless the switch newer_members is on */
  SB_HISTORY = 128,          /* only when edit histories are asked for */
  SB_ONE_TIME_ONLY = 256,    /* only where the row's type is one_time */
  SB_SUBSCRIPTION_ONLY = 512 /* only where it is not */
};

/** The codes of ISO 4217, as `allowed` takes them. */
#define SB_CURRENCIES                                                                              \
  "AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|"                       \
  "BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CLF|CLP|CNY|COP|COU|"                       \
  "CRC|CUC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|"                       \
  "GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|"                       \
  "JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|"                       \
  "MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|"                       \
  "NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|"                       \
  "SEK|SGD|SHP|SLE|SLL|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|"                       \
  "TTD|TWD|TZS|UAH|UGX|USD|USN|UYI|UYU|UYW|UZS|VED|VES|VND|VUV|WST|XAF|XAG|"                       \
  "XAU|XBA|XBB|XBC|XBD|XCD|XDR|XOF|XPD|XPF|XPT|XSU|XTS|XUA|XXX|YER|ZAR|ZMW|"                       \
  "ZWL"

/** One member. */
typedef struct sb_member {
  const char *name;   /* in JSON; NULL ends the list */
  const char *column; /* in SQL; NULL when it is the same */
  sb_type type;
  int detail; /* kind or style, by type */
  unsigned flags;
  unsigned forms;      /* SB_FORM_* in which it is answered; 0 is all */
  size_t switched_by;  /* offset of the flag in sb_decisions that shows it; 0: it is shown */
  const char *initial; /* value when nothing is sent; NULL is null */
  const char *allowed; /* "one|another" */
  void (*nested)(sb_account *account, int64_t id, const sb_view *view, sb_text *out);
} sb_member;

struct sb_resource {
  const char *table;
  const char *label; /* "Customer", as messages have it */
  sb_kind kind;
  const sb_member *members;
  const char *indexes; /* SQL that creates them */
  /* Check and complete a row that was read; id is 0 when it is new. Problems go to
     sb_call_problem. */
  void (*prepare)(sb_call *call, sb_row *row, int64_t id);
  /* After a row was stored. */
  void (*changed)(sb_account *account, int64_t id);
  /* Delete a row and all that hangs on it; NULL when it is just the row. */
  void (*remove)(sb_account *account, int64_t id);
  const char
      *deleted; /* what the answer to DELETE calls the row, in SQL; NULL: there is no message */
  bool says_unchanged; /* a PATCH without a member that it takes is answered 304 */
};

/** The column of a member. */
const char *sb_member_column(const sb_member *member);
/** Whether a member has a column of its own. */
bool sb_member_is_stored(const sb_member *member);
/** Whether its values are texts. */
bool sb_member_is_text(const sb_member *member);
/** Create the tables and indexes of resources, in their order; NULL ends them. */
void sb_resource_create_tables(sb_db *db, const sb_resource *const *resources);

/** A text member of an object, or NULL; borrowed. */
const char *sb_json_text(const cJSON *json, const char *name);

#endif
