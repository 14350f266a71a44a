// host: Deno, `node:sqlite`
// npm: deno
// run: "$(echo node_modules/@deno/linux-*/deno)" run --allow-all deno.js
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
