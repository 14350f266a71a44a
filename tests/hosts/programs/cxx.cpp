// host: C++
// packages: g++ libsqlite3-dev
// present: command -v c++ && pkg-config --exists sqlite3
// run: c++ -std=c++17 -o program cxx.cpp $(pkg-config --cflags --libs sqlite3) && ./program
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

// <lines>
#include <sqlite3.h>

struct Database {
  sqlite3 *db = nullptr;
  Database() {
    char *error = nullptr;
    sqlite3_open(":memory:", &db);
    sqlite3_enable_load_extension(db, 1);
    if (sqlite3_load_extension(db, "./chartmogul", nullptr, &error) != SQLITE_OK) throw std::runtime_error(error);
  }
  ~Database() { sqlite3_close_v2(db); }
  template <typename Row> void each(const char *sql, const std::string &parameter, Row row) {
    sqlite3_stmt *prepared = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &prepared, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db));
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, sqlite3_finalize);
    sqlite3_bind_text(prepared, 1, parameter.c_str(), -1, SQLITE_TRANSIENT);
    int rc;
    while ((rc = sqlite3_step(prepared)) == SQLITE_ROW) row(prepared);
    if (rc != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
  }
};
// </lines>

int main() {
  // <lines>
  Database account;
  auto first = [](sqlite3_stmt *row) { std::cout << sqlite3_column_text(row, 0) << '\n'; };
  account.each("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", "Active",
               [](sqlite3_stmt *row) { std::cout << sqlite3_column_text(row, 0) << ' ' << sqlite3_column_int64(row, 1) << '\n'; });
  account.each("INSERT INTO chartmogul_data_sources (name) VALUES (?)", "By host", first);
  account.each("SELECT chartmogul_last_uuid()", "", first);
  account.each("SELECT name FROM pragma_table_list WHERE type = 'virtual'", "", first);
  // </lines>
  try {
    account.each("INSERT INTO chartmogul_plans (name) VALUES (?)", "p", first);
  } catch (const std::runtime_error &error) {
    std::cout << error.what() << '\n';
  }
}
