# host: Ruby, Sequel
# packages: ruby-sequel ruby-sqlite3
# present: ruby -e 'require "sequel"; require "sqlite3"'
# run: ruby sequel.rb
# cannot insert_id: `insert` returns no identifier of the new row (it asks `last_insert_rowid`, which is 0): `chartmogul_last_uuid` has it.
# cannot main: `DB.tables` lists the tables of `main` alone, so they are stored there first.
# <lines>
require "sequel"

load = proc do |connection|
  connection.enable_load_extension(true)
  connection.load_extension("./chartmogul")
end
DB = Sequel.sqlite(after_connect: load)
customers = DB[:chartmogul_customers].where(status: "Active").order(:name).limit(3)
customers.select(:name, :mrr).each { |row| puts row.values.join(" ") }
id = DB[:chartmogul_data_sources].insert(name: "By host")
puts DB.get(Sequel.function(:chartmogul_last_uuid))
# </lines>
puts "cannot main: it lists none before" if DB.tables.empty?
# <lines>
DB.get(Sequel.function(:chartmogul_store_tables))
puts DB.tables.join(" ")
# </lines>
begin
  DB[:chartmogul_plans].insert(name: "p")
rescue Sequel::DatabaseError => error
  puts error.message
end
puts "cannot insert_id: #{id}" if id.zero?
