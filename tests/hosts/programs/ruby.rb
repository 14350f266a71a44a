# host: Ruby, gem `sqlite3`
# packages: ruby-sqlite3
# present: ruby -e 'require "sqlite3"'
# run: ruby ruby.rb
# <lines>
require "sqlite3"

db = SQLite3::Database.new(":memory:")
db.enable_load_extension(true)
db.load_extension("./chartmogul")
db.execute("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", ["Active"]) { |row| puts row.join(" ") }
db.execute("INSERT INTO chartmogul_data_sources (name) VALUES (?)", ["By host"])
puts db.get_first_value("SELECT chartmogul_last_uuid()")
puts db.execute("SELECT name FROM pragma_table_list WHERE type = 'virtual'").join(" ")
# </lines>
begin
  db.execute("INSERT INTO chartmogul_plans (name) VALUES ('p')")
rescue SQLite3::SQLException => error
  puts error.message
end
