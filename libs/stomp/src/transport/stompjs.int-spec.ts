import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Client, type IFrame, type IMessage, type StompConfig } from '@stomp/stompjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { StompFatal, StompRefusal } from '../broker/refusal.js';
import { SimpMessagingTemplate } from '../broker/simp-messaging-template.js';
import { SimpUserRegistry } from '../broker/simp-user-registry.js';
import type { StompSession } from '../broker/stomp-session.js';
import { StompAdapter } from '../nest/stomp.adapter.js';
import { StompModule } from '../nest/stomp.module.js';
import { SOCKJS_TRANSPORTS, SockJs } from './sockjs-client.fixture.js';
import { until } from './until.fixture.js';
import { ask } from './wire.fixture.js';

@WebSocketGateway()
class TalkGateway {
  static template: SimpMessagingTemplate;

  @SubscribeMessage('talk')
  talk(@MessageBody() body: unknown, @ConnectedSocket() session: StompSession): void {
    TalkGateway.template.convertAndSend('/topic/talk', { from: session.principal.name, body });
    TalkGateway.template.convertAndSendToUser(session.principal.name, '/queue/reply', { echo: body });
  }

  @SubscribeMessage('no')
  no(): never {
    throw new StompRefusal('NO', 'not this');
  }
}

@Controller()
class Hello {
  @Get('hello')
  hello(): string {
    return 'hello';
  }
}

let app: NestFastifyApplication;
let port: number;
let clients: Client[] = [];

async function startApp(): Promise<void> {
  const module = await Test.createTestingModule({
    imports: [StompModule.forRoot()],
    providers: [TalkGateway],
    controllers: [Hello],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter({ forceCloseConnections: true }), {
    logger: false,
  });
  app.useWebSocketAdapter(
    new StompAdapter(app, {
      allowedOrigins: [],
      responseHeaders: { 'x-instance-id': 'test-1' },
      heartbeat: [600, 600],
      limits: { sendTimeMs: 1_600 },
      transportLimits: { disconnectDelayMs: 1_000, sweepMs: 50 },
      authenticate: async (headers) => {
        const name = /^Bearer (\w+)$/.exec(headers.get('Authorization') ?? '')?.[1];
        if (name === undefined) throw new StompFatal('no token');
        return { name };
      },
      authorizeSubscription: async (_, destination) => {
        if (destination === '/topic/secret') throw new StompRefusal('FORBIDDEN', 'secret');
      },
    }),
  );
  await app.listen(0, '127.0.0.1');
  TalkGateway.template = app.get(SimpMessagingTemplate);
  port = (app.getHttpServer().address() as AddressInfo).port;
}

beforeAll(startApp);

afterAll(async () => {
  await app.close();
});

afterEach(async () => {
  await Promise.all(clients.map(async (client) => client.deactivate({ force: true })));
  clients = [];
  await until(() => {
    if (app.get(SimpUserRegistry).userCount > 0) throw new Error('sessions are left');
  });
});

type Open = () => Pick<StompConfig, 'webSocketFactory'>;

const raw = (path: string) => (): ReturnType<Open> => ({
  webSocketFactory: () => new WebSocket(`ws://127.0.0.1:${port}${path}`, ['v12.stomp', 'v11.stomp', 'v10.stomp']),
});
const sockjs = (transports: string) => (): ReturnType<Open> => ({
  webSocketFactory: () => new SockJs(`http://127.0.0.1:${port}/ws`, undefined, { transports }),
});
const PATHS: [string, Open][] = [
  ['raw /ws', raw('/ws')],
  ['raw /ws/websocket', raw('/ws/websocket')],
  ...SOCKJS_TRANSPORTS.map((transport): [string, Open] => [`SockJS ${transport}`, sockjs(transport)]),
];

interface Told {
  connected?: IFrame;
  error?: IFrame;
  closed: number;
}

type Settings = Pick<
  StompConfig,
  | 'connectHeaders'
  | 'debug'
  | 'heartbeatIncoming'
  | 'heartbeatOutgoing'
  | 'splitLargeFrames'
  | 'forceBinaryWSFrames'
  | 'appendMissingNULLonIncoming'
>;

function start(open: Open, config: Settings = {}): { client: Client; told: Told } {
  const told: Told = { closed: 0 };
  const client = new Client({
    ...open(),
    connectHeaders: { Authorization: 'Bearer alice' },
    reconnectDelay: 0,
    onConnect: (frame) => (told.connected = frame),
    onStompError: (frame) => (told.error = frame),
    onWebSocketClose: () => {
      told.closed += 1;
    },
    ...config,
  });
  clients.push(client);
  client.activate();
  return { client, told };
}

async function connect(open: Open, config: Settings = {}): Promise<Client> {
  const { client, told } = start(open, config);
  await until(() => expect(told.connected).toBeDefined());
  return client;
}

let receipts = 0;

/** Resolves when the server has taken the frame. */
const receipt = async (client: Client, send: (headers: { receipt: string }) => void): Promise<void> =>
  new Promise((resolve) => {
    const id = `r-${(receipts += 1)}`;
    client.watchForReceipt(id, () => resolve());
    send({ receipt: id });
  });

describe.each(PATHS)('@stomp/stompjs over %s', (path, open) => {
  it('connects, subscribes, sends, receives, gets receipts and disconnects', async () => {
    const { client, told } = start(open);
    await until(() =>
      expect(told.connected?.headers).toEqual({ version: '1.2', 'heart-beat': '600,600', 'user-name': 'alice' }),
    );
    const messages: IMessage[] = [];
    client.subscribe('/topic/talk', (message) => messages.push(message));
    await receipt(client, (headers) =>
      client.subscribe('/user/queue/reply', (message) => messages.push(message), headers),
    );
    const body = JSON.stringify({ text: 'é 😀 100% "\\n" \u2028' });
    await receipt(client, (headers) => client.publish({ destination: '/app/talk', body, headers }));
    await until(() => expect(messages).toHaveLength(2));
    expect(messages.map((m) => [m.headers['destination'], JSON.parse(m.body)])).toEqual([
      ['/topic/talk', { from: 'alice', body: JSON.parse(body) as unknown }],
      ['/user/queue/reply', { echo: JSON.parse(body) as unknown }],
    ]);
    await client.deactivate();
    expect(told.closed).toBe(1);
    expect(told.error).toBeUndefined();
    await until(() => expect(app.get(SimpUserRegistry).userCount).toBe(0));
  });

  it('reaches all sessions of a user and nobody else', async () => {
    const got: string[] = [];
    for (const [name, user] of [
      ['a1', 'alice'],
      ['a2', 'alice'],
      ['b', 'bob'],
    ] as const) {
      const client = await connect(open, { connectHeaders: { Authorization: `Bearer ${user}` } });
      await receipt(client, (headers) =>
        client.subscribe('/user/queue/reply', (m) => got.push(name + m.body), headers),
      );
    }
    TalkGateway.template.convertAndSendToUser('alice', '/queue/reply', 1);
    TalkGateway.template.convertAndSendToUser('bob', '/queue/reply', 2);
    await until(() => expect(got.toSorted()).toEqual(['a11', 'a21', 'b2']));
  });

  it('keeps order over a burst, losing nothing', async () => {
    const client = await connect(open);
    const got: number[] = [];
    await receipt(client, (headers) =>
      client.subscribe('/topic/burst', (m) => got.push(JSON.parse(m.body) as number), headers),
    );
    for (let i = 0; i < 2_000; i += 1) TalkGateway.template.convertAndSend('/topic/burst', i);
    await until(() => expect(got).toHaveLength(2_000));
    expect(got).toEqual(Array.from({ length: 2_000 }, (__, i) => i));
  });

  it('carries a large frame whole, and in the pieces stompjs makes of it', async () => {
    // Stompjs cuts between the halves of a character; on a raw socket the client's WebSocket destroys them before they are sent.
    const filling = path.startsWith('raw') ? 'é' : '😀';
    for (const settings of [{ splitLargeFrames: false }, { splitLargeFrames: true }]) {
      const client = await connect(open, settings);
      const got: string[] = [];
      client.subscribe('/user/queue/reply', (m) => got.push((JSON.parse(m.body) as { echo: string }).echo));
      const texts = ['', 'x'].map((shift) => shift + filling.repeat(6_000));
      for (const text of texts)
        await receipt(client, (headers) =>
          client.publish({ destination: '/app/talk', body: JSON.stringify(text), headers }),
        );
      await until(() => expect(got).toEqual(texts));
      await client.deactivate();
    }
  });

  it('hears of refusals and stays', async () => {
    const client = await connect(open);
    const errors: unknown[] = [];
    client.subscribe('/user/queue/errors', (m) => errors.push(JSON.parse(m.body)));
    client.subscribe('/topic/secret', () => errors.push('heard a secret'), { receipt: 's' });
    client.publish({ destination: '/app/no', body: '{}', headers: { receipt: 'n' } });
    await until(() => expect(errors).toHaveLength(2));
    expect(errors).toMatchObject([
      { code: 'FORBIDDEN', destination: '/topic/secret', receiptId: 's' },
      { code: 'NO', destination: '/app/no', receiptId: 'n' },
    ]);
    expect(client.connected).toBe(true);
  });

  it('gets ERROR before the close when its token is refused', async () => {
    const { told } = start(open, { connectHeaders: {} });
    await until(() => expect([told.error?.headers['message'], told.closed]).toEqual(['no token', 1]));
    expect(told.connected).toBeUndefined();
  });

  it('gets ERROR before the close when the session is ended', async () => {
    const { told } = start(open);
    await until(() => expect(told.connected).toBeDefined());
    for (const session of app.get(SimpUserRegistry).getUserSessions('alice')) session.end('session ended');
    await until(() => expect([told.error?.headers['message'], told.closed]).toEqual(['session ended', 1]));
  });
});

describe('the application beside it', () => {
  it('serves its routes, and SockJS goes first', async () => {
    const url = `http://127.0.0.1:${port}`;
    expect((await ask('GET', `${url}/hello`)).body).toBe('hello');
    const info = await ask('GET', `${url}/ws/info`);
    expect([info.status, info.headers['x-instance-id']]).toEqual([200, 'test-1']);
    expect((await ask('GET', `${url}/nothing`)).status).toBe(404);
  });

  it('takes binary frames on a raw socket, as React Native sends them (fact 25)', async () => {
    const client = await connect(raw('/ws'), { forceBinaryWSFrames: true, appendMissingNULLonIncoming: true });
    const got: string[] = [];
    client.subscribe('/user/queue/reply', (m) => got.push(m.body));
    client.publish({ destination: '/app/talk', body: '1' });
    await until(() => expect(got).toEqual(['{"echo":1}']));
  });
});

describe('heart-beats', () => {
  it('reach the client on every transport and keep it connected', async () => {
    const heard = PATHS.map(() => 0);
    const started = PATHS.map(([, open], i) =>
      start(open, {
        heartbeatIncoming: 600,
        heartbeatOutgoing: 600,
        debug: (line) => {
          if (line === '<<< PONG') heard[i] = (heard[i] ?? 0) + 1;
        },
      }),
    );
    await until(() => expect(Math.min(...heard)).toBeGreaterThan(3));
    expect(started.map(({ told }) => told.closed)).toEqual(PATHS.map(() => 0));
  });
});

describe('closing the application', () => {
  it('ends every session in good order and in time', async () => {
    const started = PATHS.map(([, open]) => start(open));
    await until(() => expect(started.every(({ told }) => told.connected)).toBe(true));
    await app.close();
    await until(() => expect(started.map(({ told }) => told.closed)).toEqual(PATHS.map(() => 1)));
    expect(started.map(({ told }) => told.error)).toEqual(PATHS.map(() => undefined));
    await startApp();
  });
});
