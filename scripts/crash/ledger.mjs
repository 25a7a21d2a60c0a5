import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** What the clients did and saw, in the order of one monotonic clock; only ever appended to, in memory and in a file of JSON lines. */
export class Ledger {
  entries = [];
  #file;

  constructor(path) {
    this.#file = createWriteStream(path, { flags: 'a' });
  }

  add(kind, fields) {
    const entry = { at: Math.round(performance.now() * 1_000) / 1_000, kind, ...fields };
    this.entries.push(entry);
    this.#file.write(`${JSON.stringify(entry)}\n`);
  }

  async close() {
    this.#file.end();
    await once(this.#file, 'finish');
  }
}

/** A MessageDto as the ledger knows it. */
export const noteOf = ({ id, seq, conversationId, sender, clientMsgId, content }) => ({
  id,
  seq,
  conversation: conversationId,
  sender: sender.id,
  key: clientMsgId,
  content,
});
