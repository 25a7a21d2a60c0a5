import { Client } from 'undici';
import { nowMicros, stampedText } from './clock.mjs';
import { Samples } from './figures.mjs';
import { StompReader } from './stomp-reader.mjs';

const run = `b${Date.now().toString(36)}`;
let sends = 0;

/** A send as careful clients make it: with an id of its own, to be retried under. */
const bodyTo = (peerId) =>
  `{"receiver":{"id":${peerId}},"content":"${stampedText()}","clientMsgId":"${run}-${++sends}"}`;

/** As many loops as there are `senders` for `ms`, each with one send under way. Sends per second and how long each waited for its answer. */
export async function closedLoop(senders, ms) {
  const acks = new Samples();
  const start = nowMicros();
  const until = start + ms * 1_000;
  const loop = async (send) => {
    for (let at = nowMicros(); at < until;) {
      await send();
      const done = nowMicros();
      acks.add(done - at);
      at = done;
    }
  };
  await Promise.all(senders.map(loop));
  const seconds = (nowMicros() - start) / 1_000_000;
  return { sent: acks.count, perSecond: acks.count / seconds, ...acks.summary() };
}

/** One kept connection per person; anything but a 200 ends the benchmark. */
export function restSenders(baseUrl, people) {
  const clients = people.map(() => new Client(baseUrl));
  const senders = people.map(({ token, peerId }, index) => async () => {
    const { statusCode, body } = await clients[index].request({
      method: 'POST',
      path: '/api/chat/messages',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: bodyTo(peerId),
    });
    if (statusCode !== 200) throw new Error(`A send was answered ${statusCode} ${await body.text()}`);
    await body.dump();
  });
  return { senders, close: () => Promise.all(clients.map((client) => client.close())) };
}

/** One socket per person; each send waits for its RECEIPT. */
export async function stompSenders(baseUrl, people) {
  const readers = await Promise.all(people.map(({ token }) => StompReader.connect(baseUrl, token, () => undefined)));
  const senders = people.map(
    ({ peerId }, index) =>
      () =>
        readers[index].send('/app/chat.send', bodyTo(peerId)),
  );
  return { senders, close: () => readers.forEach((reader) => reader.close()) };
}
