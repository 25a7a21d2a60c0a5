import { afterEach, describe, expect, it } from 'vitest';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { SOCKJS_TRANSPORTS, SockJs, type SockJsClient } from './sockjs-client.fixture.js';
import { until } from './until.fixture.js';

let server: EchoServer;
let clients: SockJsClient[] = [];

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await server.close();
});

interface Session {
  readonly client: SockJsClient;
  readonly messages: string[];
  readonly ends: (readonly [number, string])[];
}

async function connect(transport: string, options: EchoOptions = {}): Promise<Session> {
  server = await EchoServer.start(options);
  return join(transport);
}

async function join(transport: string): Promise<Session> {
  const client = new SockJs(`${server.url}/ws`, undefined, { transports: transport });
  clients.push(client);
  const session: Session = { client, messages: [], ends: [] };
  client.addEventListener('message', ({ data }) => session.messages.push(data));
  client.addEventListener('close', ({ code, reason }) => session.ends.push([code, reason]));
  await until(() => expect(client.readyState).toBe(1));
  expect(client.transport).toBe(transport);
  return session;
}

describe.each(SOCKJS_TRANSPORTS)('sockjs-client on %s', (transport) => {
  it('talks both ways, with every awkward character', async () => {
    const { client, messages } = await connect(transport);
    const texts = [
      'plain',
      '  \0\n\r "\\',
      'é 😀 𝄞',
      '100% %41 %zz',
      '\u200c\u2028\u2029\ufff0\uffff',
      '<script>',
      '\n',
    ];
    for (const text of texts) client.send(text);
    await until(() => expect(server.party.text).toBe(texts.join('')));
    await until(() => expect(messages.join('')).toBe(texts.join('')));
    messages.length = 0;
    for (const text of texts) server.party.connection.send(Buffer.from(text));
    await until(() => expect(messages).toEqual(texts));
  });

  it('keeps a character that the client splits over two messages', async () => {
    const { client } = await connect(transport);
    client.send('a\ud83d');
    client.send('\ude00b');
    await until(() => expect(server.party.text).toBe('a😀b'));
  });

  it('carries much, in order, over many responses', async () => {
    const { client, messages } = await connect(transport, { limits: { responseBytes: 20_000 }, onData: () => {} });
    const frames = Array.from({ length: 300 }, (_, i) => `${i}`.padEnd(i % 10 === 0 ? 5_000 : 100, '.'));
    for (const frame of frames) server.party.connection.send(Buffer.from(frame));
    await until(() => expect(messages).toHaveLength(frames.length));
    expect(messages).toEqual(frames);
    for (const frame of frames.slice(0, 100)) client.send(frame);
    await until(() => expect(server.party.text).toBe(frames.slice(0, 100).join('')));
  });

  it('hears of the end from above after what was sent before', async () => {
    const { messages, ends } = await connect(transport);
    server.party.connection.send(Buffer.from('ERROR'));
    server.party.connection.close(1002, 'why');
    await until(() => expect(ends).toEqual([[1002, 'why']]));
    expect(messages).toEqual(['ERROR']);
    await until(() => expect(server.party.ends).toEqual([{ code: 1002, reason: 'why' }]));
  });

  it('is told of when it closes', async () => {
    const { client } = await connect(transport);
    client.close(4001, 'own');
    await until(() => expect(server.party.ends).toHaveLength(1));
    expect(server.transports.connectionCount).toBe(0);
  });

  it('stays over heart-beats and pauses', async () => {
    const { client, messages, ends } = await connect(transport, {
      limits: { heartbeatMs: 30, sweepMs: 5, disconnectDelayMs: 1_000, responseAgeMs: 200, pingIntervalMs: 30 },
    });
    const started = Date.now();
    await until(() => expect(Date.now() - started).toBeGreaterThan(700));
    client.send('still here');
    await until(() => expect(messages).toEqual(['still here']));
    expect(ends).toEqual([]);
    expect(server.parties).toHaveLength(1);
  });

  it('waits while the session above is paused, losing nothing', async () => {
    const { client } = await connect(transport);
    server.party.connection.pause();
    for (let i = 0; i < 10; i += 1) client.send(`${i}`);
    await join(transport);
    expect(server.parties[0]?.text).toBe('');
    server.parties[0]?.connection.resume();
    await until(() => expect(server.parties[0]?.text).toBe('0123456789'));
  });
});
