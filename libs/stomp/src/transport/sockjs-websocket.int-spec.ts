import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type EchoOptions, EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { ask } from './wire.fixture.js';

let server: EchoServer;

afterEach(async () => server.close());

interface Client {
  readonly ws: WebSocket;
  readonly messages: string[];
  readonly ends: (readonly [number, string])[];
}

async function connect(options: EchoOptions = {}): Promise<Client> {
  server = await EchoServer.start(options);
  return join('abc');
}

async function join(session: string): Promise<Client> {
  const ws = new WebSocket(`${server.wsUrl}/ws/1/${session}/websocket`);
  const client: Client = { ws, messages: [], ends: [] };
  ws.on('message', (data: Buffer, isBinary) => client.messages.push((isBinary ? 'binary ' : '') + data.toString()));
  ws.on('close', (code, reason) => client.ends.push([code, reason.toString()]));
  ws.on('error', () => {});
  await until(() => expect(client.messages.concat(ws.readyState === WebSocket.CLOSED ? 'closed' : [])).not.toEqual([]));
  return client;
}

describe('SockJS on a WebSocket', () => {
  it('opens, and frames each STOMP frame by itself (fact 95)', async () => {
    const { ws, messages } = await connect();
    ws.send('["a","b"]');
    ws.send('["😀\\u0000"]');
    await until(() => expect(messages).toEqual(['o', 'a["ab"]', 'a["\\ud83d\\ude00\\u0000"]']));
    server.party.connection.send(Buffer.from('1'), true);
    server.party.connection.send(Buffer.from([0x61, 0xff]));
    await until(() => expect(messages.slice(3)).toEqual(['a["1"]', 'a["a\\ufffd"]']));
    expect(server.party.connection.transport).toBe('sockjs-websocket');
  });

  it.each(['', '[]', '[1]', '[null,{}]', '[""]'])('ignores %j', async (text) => {
    const { ws, messages } = await connect();
    ws.send(text);
    ws.send('["x"]');
    await until(() => expect(messages).toEqual(['o', 'a["x"]']));
    expect(server.party.text).toBe('x');
  });

  it.each(['"a"', '{}', '["a"', 'CONNECT', '1'])('ends on %j with 1007', async (text) => {
    const { ws, messages, ends } = await connect();
    ws.send(text);
    await until(() => expect(ends).toEqual([[1007, '']]));
    expect(messages).toEqual(['o', 'c[1007,""]']);
    await until(() => expect(server.party.ends).toEqual([{ code: 1007, reason: '' }]));
  });

  it('ends on binary with 1003 (fact 25)', async () => {
    const { ws, messages, ends } = await connect();
    ws.send(Buffer.from('["a"]'));
    await until(() => expect(ends).toEqual([[1003, 'Binary messages not supported']]));
    expect(messages).toEqual(['o', 'c[1003,"Binary messages not supported"]']);
    expect(server.party.chunks).toEqual([]);
  });

  it('joins a character that was split over two messages', async () => {
    const { ws } = await connect();
    ws.send('["a\\ud83d"]');
    ws.send('["\\ude00b"]');
    await until(() => expect(server.party.text).toBe('a😀b'));
  });

  it('tells the end in both ways when closed from above (fact 58)', async () => {
    const { messages, ends } = await connect();
    server.party.connection.send(Buffer.from('ERROR'));
    server.party.connection.close(1002, '');
    await until(() => expect(ends).toEqual([[1002, '']]));
    expect(messages).toEqual(['o', 'a["ERROR"]', 'c[1002,""]']);
  });

  it('sends h when nothing was written for the heart-beat time, and pings', async () => {
    const { ws, messages } = await connect({ limits: { heartbeatMs: 50, sweepMs: 10, pingIntervalMs: 20 } });
    let pings = 0;
    ws.on('ping', () => (pings += 1));
    await until(() => expect(messages).toEqual(['o', 'h', 'h']));
    expect(pings).toBeGreaterThan(2);
  });

  it('sends no h while something is written', async () => {
    const { ws, messages } = await connect({ limits: { heartbeatMs: 200, sweepMs: 10 } });
    const talking = setInterval(() => ws.send('["\\n"]'), 20);
    await until(() => expect(messages.length).toBeGreaterThan(25));
    clearInterval(talking);
    expect(messages).not.toContain('h');
  });

  it('closes a message above the limit with 1009', async () => {
    const { ws, ends } = await connect();
    ws.send(`["${'x'.repeat(128 * 1024)}"]`);
    await until(() => expect(ends).toEqual([[1009, '']]));
  });

  it('refuses an id that is in use, by WebSocket or HTTP, until it is free', async () => {
    const first = await connect();
    expect((await join('abc')).ends).toEqual([[1006, '']]);
    expect((await ask('POST', `${server.url}/ws/1/abc/xhr`)).status).toBe(404);
    expect((await ask('POST', `${server.url}/ws/1/abc/xhr_send`, { body: '["x"]' })).status).toBe(404);
    expect((await ask('POST', `${server.url}/ws/1/def/xhr`)).body).toBe('o\n');
    expect((await join('def')).ends).toEqual([[1006, '']]);
    expect(server.parties).toHaveLength(2);
    first.ws.close(1000);
    await until(() => expect(server.parties[0]?.ends).toEqual([{ code: 1000, reason: '' }]));
    expect((await join('abc')).messages).toEqual(['o']);
  });
});
