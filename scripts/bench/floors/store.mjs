import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerCalls } from '../child.mjs';
import { cpuMicros } from '../cpu.mjs';
import { nowMicros } from '../clock.mjs';
import { openSqlite } from '../sqlite.mjs';

/** What SQLite alone needs to accept a batch: seq, message and outbox row of each send, on disk at COMMIT. Nothing is checked. */
const SCHEMA = `
  CREATE TABLE conversations (id INTEGER PRIMARY KEY AUTOINCREMENT, last_seq INTEGER NOT NULL, last_message_id INTEGER);
  CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER, seq INTEGER, sender_id INTEGER, receiver_id INTEGER,
    group_id INTEGER, content TEXT, timestamp TEXT, status TEXT DEFAULT 'DELIVERED', client_msg_id TEXT);
  CREATE UNIQUE INDEX m1 ON messages (conversation_id, seq);
  CREATE UNIQUE INDEX m2 ON messages (sender_id, client_msg_id);
  CREATE INDEX m3 ON messages (conversation_id, sender_id, seq);
  CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT, aggregatetype TEXT, aggregateid TEXT, type TEXT, payload TEXT,
    conversation_id INTEGER, seq INTEGER, from_seq INTEGER, owner TEXT, created_at TEXT, published_at TEXT, attempts INTEGER DEFAULT 0);
  CREATE INDEX o1 ON outbox (owner, published_at, id);
  CREATE INDEX o2 ON outbox (conversation_id, published_at, seq) WHERE published_at IS NULL;`;
const CONVERSATIONS = 64;
const CONTENT = '.'.repeat(300);
const PAYLOAD = JSON.stringify({ v: 1, kind: 'message', conversationId: 'p:100:200', message: CONTENT }).padEnd(650);
const NOW = '2026-01-01 00:00:00.000';

const tuples = (count, width) => Array.from({ length: count }, () => `(${Array(width).fill('?').join()})`).join();

class Store {
  #folder = mkdtempSync(join(tmpdir(), 'chatapp-floor-'));
  #seq = 0;

  constructor() {
    this.database = openSqlite(join(this.#folder, 'floor.sqlite'));
    for (const pragma of [
      'journal_mode = WAL',
      'synchronous = FULL',
      'wal_autocheckpoint = 4000',
      'temp_store = MEMORY',
    ])
      this.database.exec(`PRAGMA ${pragma}`);
    this.database.exec(SCHEMA);
    for (let id = 1; id <= CONVERSATIONS; id++) this.database.exec(`INSERT INTO conversations VALUES (${id}, 0, NULL)`);
  }

  /** A function that accepts `size` sends to as many conversations in one transaction. */
  accepting(size) {
    const { database } = this;
    const messages = database.prepare(
      `INSERT INTO messages (conversation_id, seq, sender_id, receiver_id, group_id, content, timestamp, client_msg_id)
       VALUES ${tuples(size, 8)} RETURNING id, conversation_id, seq`,
    );
    const counters = database.prepare(
      `INSERT INTO conversations VALUES ${tuples(size, 3)}
       ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, last_message_id = excluded.last_message_id`,
    );
    const outbox = database.prepare(
      `INSERT INTO outbox (topic, aggregatetype, aggregateid, type, payload, conversation_id, seq, from_seq, owner, created_at)
       VALUES ${tuples(size, 10)}`,
    );
    const ids = Array.from({ length: size }, (_, index) => index + 1);
    return () => {
      const seq = ++this.#seq;
      database.exec('BEGIN IMMEDIATE');
      const rows = messages.all(...ids.flatMap((id) => [id, seq, id, id + 1, null, CONTENT, NOW, `${id}-${seq}`]));
      counters.run(...rows.flatMap((row) => [row.conversation_id, row.seq, row.id]));
      outbox.run(
        ...ids.flatMap((id) => ['messages', 'conversation', 'p:1:2', 'message', PAYLOAD, id, seq, seq, 'local', NOW]),
      );
      database.exec('COMMIT');
    };
  }

  dispose() {
    this.database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

answerCalls({
  run({ size, ms }) {
    const store = new Store();
    try {
      const accept = store.accepting(size);
      const [start, cpu] = [nowMicros(), cpuMicros([process.pid])];
      let count = 0;
      for (; nowMicros() < start + ms * 1_000; count += size) accept();
      const elapsed = nowMicros() - start;
      return { perSecond: (count * 1_000_000) / elapsed, cpu: (cpuMicros([process.pid]) - cpu) / count };
    } finally {
      store.dispose();
    }
  },
});
