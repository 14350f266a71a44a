# host: Tcl
# packages: libsqlite3-tcl
# present: echo 'exit [catch {package require sqlite3}]' | tclsh
# run: tclsh tcl.tcl
# <lines>
package require sqlite3

sqlite3 db :memory:
db enable_load_extension 1
db eval {SELECT load_extension('./chartmogul')}
set status Active
db eval {SELECT name, mrr FROM chartmogul_customers WHERE status = $status ORDER BY name LIMIT 3} { puts "$name $mrr" }
db eval {INSERT INTO chartmogul_data_sources (name) VALUES ('By host')}
puts [db onecolumn {SELECT chartmogul_last_uuid()}]
puts [db eval {SELECT name FROM pragma_table_list WHERE type = 'virtual'}]
# </lines>
catch {db eval {INSERT INTO chartmogul_plans (name) VALUES ('p')}} message
puts $message
