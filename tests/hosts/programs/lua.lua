-- host: Lua, LuaSQL
-- packages: lua-sql-sqlite3 lua5.4
-- present: lua5.4 -e 'require "luasql.sqlite3"'
-- run: LD_PRELOAD="$LD_PRELOAD ./chartmogul-preload.so" lua5.4 lua.lua
-- cannot load: LuaSQL loads no extension; `LD_PRELOAD=./chartmogul-preload.so lua …` brings it into each connection (`make preload`).
-- sent: GET /customers?status=Active&per_page=200
-- sent: GET /customers?status=Active&per_page=200
-- sent: POST /data_sources {"name":"By host"}
-- sent: GET /plans?per_page=200
-- cannot bind: it binds no parameters: `db:escape` quotes a text.
-- note: LuaSQL begins each SELECT twice, and so its first requests are sent twice, after
--    `SELECT chartmogul_config('cache_ttl', 60)` once.
-- <lines>
local db = require("luasql.sqlite3").sqlite3():connect(":memory:")
local active = "SELECT name, mrr FROM chartmogul_customers WHERE status = '%s' ORDER BY name LIMIT 3"
local rows = assert(db:execute(active:format(db:escape("Active"))))
for name, mrr in function() return rows:fetch() end do print(name, mrr) end
assert(db:execute("INSERT INTO chartmogul_data_sources (name) VALUES ('By host')"))
print(assert(db:execute("SELECT chartmogul_last_uuid()")):fetch())
print(assert(db:execute("SELECT group_concat(name, ' ') FROM pragma_table_list WHERE type = 'virtual'")):fetch())
-- </lines>
print(db:execute("INSERT INTO chartmogul_plans (name) VALUES ('p')"))
db:execute("SELECT chartmogul_config('cache_ttl', 60)"):fetch()
db:execute("SELECT name FROM chartmogul_plans"):fetch()
local refused, why = db:execute("SELECT load_extension('./chartmogul')")
if not refused then print("cannot load: " .. why) end
local bound = db:execute("SELECT ?", "Active")
if not bound or bound:fetch() ~= "Active" then print("cannot bind: the parameter is not taken") end
