#include "sql/asked.h"

enum { LAST_BIT = 63 };

uint64_t cm_asked_bit(int column) {
  return 1ULL << (column < LAST_BIT ? column : LAST_BIT);
}

void cm_asked_note(cm_asked *asked, int column, bool is_key) {
  if (is_key && asked->was_key) {
    asked->before |= asked->columns;
    asked->columns = 0;
  }
  asked->was_key = is_key;
  asked->columns |= cm_asked_bit(column);
}

uint64_t cm_asked_columns(const cm_asked *asked, uint64_t fixed) {
  bool is_whole = (asked->columns & fixed) == fixed;
  return is_whole ? asked->columns : asked->columns | asked->before;
}
