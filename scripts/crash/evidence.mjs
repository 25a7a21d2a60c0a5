import { openSqlite } from '../bench/sqlite.mjs';
import { noteOf } from './ledger.mjs';
import { fetchAfter } from './rest.mjs';

const conversationOf = ({ kind, low_id: low, high_id: high, group_id: group }) =>
  kind === 'PRIVATE' ? `p:${low}:${high}` : `g:${group}`;

function reading(file, work) {
  const database = openSqlite(file, { readOnly: true });
  try {
    return work((sql) => database.prepare(sql).all());
  } finally {
    database.close();
  }
}

/** Outbox rows that no bus has seen yet; the system may be running. */
export const countUnpublished = (file) =>
  reading(file, (all) => all('SELECT count(*) AS n FROM outbox WHERE published_at IS NULL')[0].n);

/** Every stored message, and the counter of every conversation that has one. */
export function readDatabase(file) {
  return reading(file, (all) => {
    const conversations = new Map(all('SELECT * FROM conversations').map((row) => [row.id, row]));
    const rows = all('SELECT id, conversation_id, seq, sender_id, client_msg_id, content FROM messages').map((row) => ({
      id: row.id,
      seq: row.seq,
      conversation: conversationOf(conversations.get(row.conversation_id)),
      sender: row.sender_id,
      key: row.client_msg_id,
      content: row.content,
    }));
    const used = [...conversations.values()].filter((row) => row.last_seq > 0);
    return { rows, lastSeqs: Object.fromEntries(used.map((row) => [conversationOf(row), row.last_seq])) };
  });
}

/** Each conversation as the API answers it to its last member. */
export async function readHistory(baseUrl, conversations, people) {
  const history = {};
  for (const [conversation, members] of Object.entries(conversations)) {
    const { token } = people.find(({ id }) => id === members.at(-1));
    const messages = [];
    await fetchAfter(baseUrl, token, conversation, 0, (dto) => messages.push(noteOf(dto)));
    history[conversation] = messages;
  }
  return history;
}
