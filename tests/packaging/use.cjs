// Reads, writes and is refused, through the package that is installed: use.cjs MODULE PROGRAM
"use strict";
const [host, program] = process.argv.slice(2);
const name = `${host} of ${program}`;
const { load } = require("sqlite-chartmogul");

function open() {
  if (host === "node:sqlite") return new (require(host).DatabaseSync)(":memory:", { allowExtension: true });
  if (host === "bun:sqlite") return new (require(host).Database)(":memory:");
  return new (require(host))(":memory:");
}

const db = open();
load(db);
console.log(db.prepare("SELECT count(*) AS n FROM chartmogul_customers").get().n);
db.prepare("INSERT INTO chartmogul_data_sources (name) VALUES (?)").run(name);
console.log(db.prepare("SELECT name FROM chartmogul_data_sources WHERE name = ?").get(name).name);
try {
  db.exec("INSERT INTO chartmogul_plans (name) VALUES ('p')");
} catch (error) {
  console.log(error.message.split(":")[0]);
}
