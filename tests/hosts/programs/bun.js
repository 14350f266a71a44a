// host: Bun, `bun:sqlite`
// npm: bun
// run: "$(echo node_modules/@oven/bun-*/bin/bun)" bun.js
// <lines>
import { Database } from "bun:sqlite";

const db = new Database(":memory:");
db.loadExtension("./chartmogul");
for (const { name, mrr } of db.query("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3").all("Active"))
  console.log(name, mrr);
db.query("INSERT INTO chartmogul_data_sources (name) VALUES (?)").run("By host");
console.log(db.query("SELECT chartmogul_last_uuid() AS uuid").get().uuid);
console.log(...db.query("SELECT name FROM pragma_table_list WHERE type = 'virtual'").all().map(({ name }) => name));
// </lines>
try {
  db.run("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (error) {
  console.log(error.message);
}
