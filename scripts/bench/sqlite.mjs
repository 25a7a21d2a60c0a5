import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);

/** The SQLite that the system itself uses on this Node: `prepare`, `exec` and `close` are the same in both. */
export function openSqlite(file, { readOnly = false } = {}) {
  if (major > 22 || (major === 22 && minor >= 13)) {
    const { DatabaseSync } = require('node:sqlite');
    return new DatabaseSync(file, { readOnly });
  }
  const Database = require('better-sqlite3');
  return new Database(file, { readonly: readOnly });
}
