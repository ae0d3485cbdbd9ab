// The part of better-sqlite3 that the server uses, on Node's own SQLite: the former is compiled for the Node
// that runs npm, which may be another one than runs the server.
import { DatabaseSync } from "node:sqlite";

const bound = (values) => values.flat().map((v) => (typeof v === "boolean" ? Number(v) : v === undefined ? null : v));
// Rows have a prototype, and binary values are Buffers.
const plain = (row) => row && Object.fromEntries(Object.entries(row).map(([k, v]) => [k, v instanceof Uint8Array ? Buffer.from(v) : v]));

class Statement {
  constructor(statement) {
    this.statement = statement;
    this.reader = statement.columns().length > 0;
  }
  all(...values) { return this.statement.all(...bound(values)).map(plain); }
  get(...values) { return plain(this.statement.get(...bound(values))); }
  run(...values) { return this.statement.run(...bound(values)); }
  *iterate(...values) { for (const row of this.statement.iterate(...bound(values))) yield plain(row); }
}

export default class Database {
  constructor(file) { this.db = new DatabaseSync(file); }
  prepare(sql) { return new Statement(this.db.prepare(sql)); }
  exec(sql) { this.db.exec(sql); return this; }
  pragma(sql) { return this.prepare("PRAGMA " + sql).all(); }
  close() { this.db.close(); }
}
