#!/usr/bin/env node
// Three people chat with each other through a running system (BASE_URL, default http://127.0.0.1:8080), told as each client sees it.
// Exit code 0 only when every step was seen on the receiving side.
import { NotSeen, chapter, tell } from './demo/stage.mjs';
import { Person } from './demo/person.mjs';

const baseUrl = (process.env.BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const everyone = ['Alice', 'Bob', 'Carol'].map((name) => new Person(baseUrl, name));
const [alice, bob, carol] = everyone;

function expect(holds, what) {
  if (!holds) throw new NotSeen(what);
}

async function people() {
  chapter('Three people join');
  for (const person of everyone) await person.register();
  await alice.connect();
  await bob.connect('xhr-polling');
  await carol.connect();
  const joined = (who) => (item) => item.kind === 'presence' && item.type === 'JOIN' && item.sender === who.username;
  await alice.inbox.until("Bob's JOIN", joined(bob));
  const { content } = await alice.inbox.until("Carol's JOIN", joined(carol));
  expect(content.split(',').includes(carol.username), 'the JOIN does not name Carol');
  tell('Alice', 'sees Bob and Carol come online');
  await alice.ok('POST', `/api/contacts/${bob.id}`);
  await alice.ok('POST', '/api/contacts/by-username', { username: carol.username });
  const { totalElements } = await alice.ok('GET', '/api/contacts');
  expect(totalElements === 2, 'Alice does not have two contacts');
  tell('Alice', 'adds both to her contacts');
}

async function privateTalk() {
  chapter('A private talk');
  await alice.send('/app/chat.typing', { receiver: bob.username, typing: true });
  await bob.inbox.until('typing', (item) => item.kind === 'typing' && item.sender === alice.username && item.typing);
  tell('Bob', 'sees that Alice is typing (over SockJS polling)');
  const sent = await alice.ok('POST', '/api/chat/messages', { receiver: { id: bob.id }, content: 'Lunch at noon? 🍜' });
  tell('Alice', `sends "${sent.content}" by REST`);
  const got = await bob.inbox.until('the message', (item) => item.kind === 'message' && item.id === sent.id);
  tell('Bob', `receives "${got.content}" (seq ${got.seq})`);
  await bob.ok('POST', `/api/chat/messages/${sent.id}/read`);
  await alice.inbox.until('the read receipt', (item) => item.kind === 'receipt' && item.messageId === sent.id);
  tell('Alice', 'sees that Bob has read it');
  await bob.send('/app/chat.send', {
    receiver: { username: alice.username },
    content: 'Gladly!',
    clientMsgId: 'demo-1',
  });
  tell('Bob', 'answers over STOMP; the RECEIPT says that it is stored');
  await bob.send('/app/chat.send', {
    receiver: { username: alice.username },
    content: 'Gladly!',
    clientMsgId: 'demo-1',
  });
  const answer = await alice.inbox.until('the answer', (item) => item.kind === 'message' && item.content === 'Gladly!');
  const { content } = await alice.ok('GET', `/api/chat/messages/${alice.id}/${bob.id}`);
  expect(content.filter((message) => message.content === 'Gladly!').length === 1, 'the retry was stored twice');
  tell('Alice', `receives "${answer.content}", once, although Bob's client sent it twice`);
  await alice.send('/app/chat.sendMessage', { receiver: bob.username, content: 'psst' });
  await bob.inbox.until('the direct message', (item) => item.kind === 'message' && item.content === 'psst');
  tell('Bob', 'receives "psst" over the direct path, which is not stored');
}

async function lostConnection() {
  chapter('A lost connection');
  await bob.send('/app/chat.send', { receiver: { id: carol.id }, content: 'message 1 of 20' });
  await carol.inbox.until('message 1', (item) => item.content === 'message 1 of 20');
  const sending = (async () => {
    for (let n = 2; n <= 20; n++) {
      if (n === 6) await cut;
      await bob.ok('POST', '/api/chat/messages', { receiver: { id: carol.id }, content: `message ${n} of 20` });
    }
  })();
  const cut = (async () => {
    await carol.inbox.until('message 5', (item) => item.content === 'message 5 of 20');
    await carol.cutTheWire();
    tell('Carol', 'loses her TCP connection while Bob is writing');
  })();
  await Promise.all([sending, cut]);
  tell('Bob', 'has sent 20 messages meanwhile');
  const live = carol.messages.size;
  await carol.connect();
  const fetched = await carol.catchUp(bob);
  const seqs = [...carol.messages.values()].map((message) => message.seq).sort((a, b) => a - b);
  expect(seqs.length === 20 && seqs.every((seq, index) => seq === index + 1), `Carol has ${seqs.join(' ')}`);
  tell('Carol', `is back: ${live} came live, ${fetched} by catch-up, 20 in all, no hole and no double`);
}

async function group() {
  chapter('A group');
  const { id, name } = await alice.ok('POST', '/api/groups', { name: 'Noodle club' });
  await alice.ok('POST', `/api/groups/${id}/users`, { userIds: [bob.id, carol.id] });
  tell('Alice', `makes the group "${name}" and adds Bob and Carol`);
  const added = (item) => item.kind === 'event' && item.event.kind === 'GROUP_ADDED' && item.event.group.id === id;
  for (const person of [bob, carol]) {
    await person.inbox.until('the invitation', added);
    tell(person.name, 'is told of it');
  }
  for (const person of everyone) await person.followGroup(id);
  const sent = await bob.ok('POST', '/api/chat/messages', { groupId: id, content: 'Who is in?' });
  for (const person of everyone) {
    await person.inbox.until('the group message', (item) => item.kind === 'message' && item.id === sent.id);
    tell(person.name, `sees "${sent.content}" in the group`);
  }
  for (const reader of [alice, carol]) await reader.ok('POST', `/api/chat/messages/${sent.id}/read`);
  for (const reader of [alice, carol]) {
    const read = (item) => item.kind === 'receipt' && item.messageId === sent.id && item.receiver === reader.username;
    await bob.inbox.until(`${reader.name}'s receipt`, read);
  }
  const info = await bob.ok('GET', `/api/chat/messages/${sent.id}/info`);
  expect(info.readBy.length === 2 && info.deliveredTo.length === 0, 'the message info does not name both readers');
  tell('Bob', 'sees that both have read it');
}

async function block() {
  chapter('A block');
  await carol.ok('POST', `/api/blocks/${bob.id}`);
  tell('Carol', 'blocks Bob');
  const refused = await bob.call('POST', '/api/chat/messages', { receiver: { id: carol.id }, content: 'still there?' });
  expect(refused.status === 403, `Bob's message was answered with ${refused.status}`);
  tell('Bob', `is refused: 403 ${refused.body.code}`);
  const { status } = await bob.ok('POST', '/api/users/status', { userIds: [carol.id, alice.id] });
  expect(status[carol.id] === 'offline' && status[alice.id] === 'online', 'the status of a blocker shows');
  tell('Bob', 'sees Alice online and Carol offline');
  await carol.ok('DELETE', `/api/blocks/${bob.id}`);
}

async function goodbye() {
  chapter('Goodbye');
  await bob.leave();
  await alice.inbox.until(
    "Bob's LEAVE",
    (item) => item.kind === 'presence' && item.type === 'LEAVE' && item.sender === bob.username,
    15_000,
  );
  const { status } = await alice.ok('POST', '/api/users/status', { userIds: [bob.id] });
  expect(/^\d+$/.test(status[bob.id]), `Bob's status is ${status[bob.id]}`);
  tell('Alice', `sees Bob leave, last seen ${new Date(Number(status[bob.id])).toISOString()}`);
  const conversations = await alice.ok('GET', '/api/chat/conversations');
  expect(conversations.length === 3, `Alice has ${conversations.length} conversations`);
  tell('Alice', `has ${conversations.map((item) => `"${item.name}" (${item.unreadCount} unread)`).join(', ')}`);
}

try {
  console.log(`Demo against ${baseUrl}`);
  for (const act of [people, privateTalk, lostConnection, group, block, goodbye]) await act();
  console.log('\nEvery step was seen on the receiving side.');
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === 'fetch failed';
  const hint = unreachable
    ? `nothing answers at ${baseUrl}; start the system with "npm start" or set BASE_URL`
    : error.message;
  console.error(`\nThe demo failed: ${hint}`);
  process.exitCode = 1;
} finally {
  await Promise.all(everyone.map((person) => person.leave()));
}
