import 'reflect-metadata';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Client, type IFrame, type IMessage, type StompConfig } from '@stomp/stompjs';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { StompFatal, StompRefusal } from '../broker/refusal.js';
import { SimpMessagingTemplate } from '../broker/simp-messaging-template.js';
import { SimpUserRegistry } from '../broker/simp-user-registry.js';
import type { StompSession } from '../broker/stomp-session.js';
import { SockJs } from '../transport/sockjs-client.fixture.js';
import { StompAdapter } from './stomp.adapter.js';
import { StompModule } from './stomp.module.js';

@WebSocketGateway()
class EchoGateway {
  constructor(private readonly template: SimpMessagingTemplate) {}

  @SubscribeMessage('echo')
  async echo(@MessageBody() body: { text: string }, @ConnectedSocket() session: StompSession): Promise<void> {
    if (body.text === 'refuse') throw new StompRefusal('BLOCKED', 'no');
    this.template.convertAndSend('/topic/echo', { from: session.principal.name, text: body.text });
  }
}

type Settings = Pick<
  StompConfig,
  'webSocketFactory' | 'forceBinaryWSFrames' | 'splitLargeFrames' | 'onConnect' | 'onStompError' | 'onWebSocketClose'
>;

const TRANSPORTS: Readonly<Record<string, (port: number) => Settings>> = {
  'raw /ws': (port) => ({ webSocketFactory: () => new WebSocket(`ws://127.0.0.1:${port}/ws`, ['v12.stomp']) }),
  'raw /ws/websocket': (port) => ({
    webSocketFactory: () =>
      new WebSocket(`ws://127.0.0.1:${port}/ws/websocket`, ['v12.stomp', 'v11.stomp', 'v10.stomp']),
  }),
  'raw, binary and split': (port) => ({
    webSocketFactory: () => new WebSocket(`ws://127.0.0.1:${port}/ws`, ['v12.stomp']),
    forceBinaryWSFrames: true,
    splitLargeFrames: true,
  }),
  ...Object.fromEntries(
    ['websocket', 'xhr-streaming', 'xhr-polling', 'eventsource'].map((transport) => [
      `sockjs ${transport}`,
      (port: number): Settings => ({
        webSocketFactory: () => new SockJs(`http://127.0.0.1:${port}/ws`, undefined, { transports: transport }),
      }),
    ]),
  ),
};

describe.each(Object.entries(TRANSPORTS))('@stomp/stompjs over %s', (_, transport) => {
  let app: NestFastifyApplication;
  let port: number;
  const clients: Client[] = [];

  const clientFor = (name: string, config: Settings = {}): Client => {
    const client = new Client({
      reconnectDelay: 0,
      connectHeaders: { Authorization: `Bearer ${name}` },
      ...transport(port),
      ...config,
    });
    clients.push(client);
    return client;
  };

  const connect = (name: string, config: Settings = {}): Promise<Client> =>
    new Promise((resolve, reject) => {
      const client = clientFor(name, {
        ...config,
        onConnect: () => resolve(client),
        onStompError: (frame) => reject(new Error(frame.headers['message'])),
      });
      client.activate();
    });

  /** Resolves when the server has answered the frame sent by `send` with RECEIPT. */
  const receipted = (client: Client, receipt: string, send: () => void): Promise<IFrame> =>
    new Promise((resolve) => {
      client.watchForReceipt(receipt, resolve);
      send();
    });

  const subscribe = async (client: Client, destination: string): Promise<IMessage[]> => {
    const messages: IMessage[] = [];
    const receipt = `subscribed-${destination}`;
    await receipted(client, receipt, () =>
      client.subscribe(destination, (message) => messages.push(message), { receipt }),
    );
    return messages;
  };

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [StompModule.forRoot()],
      providers: [EchoGateway],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    app.useWebSocketAdapter(
      new StompAdapter(app, {
        allowedOrigins: [],
        // a polling client that left is only known by its silence
        transportLimits: { disconnectDelayMs: 400, closeTimeoutMs: 400, sweepMs: 50 },
        authenticate: async (headers) => {
          const name = /^Bearer (.+)$/.exec(headers.get('Authorization') ?? '')?.[1];
          if (name === undefined || name === 'bad') throw new StompFatal('Authentication is required');
          return { name };
        },
        authorizeSubscription: async (_session, destination) => {
          if (destination === '/topic/forbidden') throw new StompRefusal('NOT_A_MEMBER', 'no');
        },
      }),
    );
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as AddressInfo).port;
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.deactivate({ force: true })));
    await app.close();
  });

  it('connects, subscribes, sends and receives with receipts, and leaves in good order', async () => {
    const [alice, bob] = await Promise.all([connect('alice'), connect('bob')]);
    expect(alice.connectedVersion).toBe('1.2');
    const [toAlice, toBob] = await Promise.all([subscribe(alice, '/topic/echo'), subscribe(bob, '/topic/echo')]);
    const text = 'é😀 "quoted" \\ : %'.repeat(1_500);
    await receipted(alice, 'sent', () =>
      alice.publish({ destination: '/app/echo', body: JSON.stringify({ text }), headers: { receipt: 'sent' } }),
    );
    await vi.waitFor(() => expect([toAlice.length, toBob.length]).toEqual([1, 1]));
    expect(JSON.parse(toBob[0]?.body ?? '')).toEqual({ from: 'alice', text });
    expect(toBob[0]?.headers).toMatchObject({ destination: '/topic/echo', 'content-type': 'application/json' });
    await Promise.all([alice.deactivate(), bob.deactivate()]);
    await vi.waitFor(() => expect(app.get(SimpUserRegistry).sessionCount).toBe(0), 5_000);
  });

  it('gets messages to its user queue once, under either name', async () => {
    const alice = await connect('alice');
    const named = await subscribe(alice, '/user/alice/queue/reply');
    const template = app.get(SimpMessagingTemplate);
    template.convertAndSendToUser('alice', '/queue/reply', { n: 1 });
    await vi.waitFor(() => expect(named).toHaveLength(1));
    const plain = await subscribe(alice, '/user/queue/reply');
    template.convertAndSendToUser('alice', '/queue/reply', { n: 2 }, { 'x-seq': 2 });
    await vi.waitFor(() => expect(plain).toHaveLength(1));
    expect(plain[0]?.headers).toMatchObject({ destination: '/user/queue/reply', 'x-seq': '2' });
    expect(named).toHaveLength(1);
  });

  it('learns of refusals on its error queue and stays connected', async () => {
    const alice = await connect('alice');
    const errors = await subscribe(alice, '/user/queue/errors');
    alice.subscribe('/topic/forbidden', () => undefined, { receipt: 'never' });
    alice.publish({ destination: '/app/echo', body: '{"text":"refuse"}' });
    alice.publish({ destination: '/app/echo', body: '{bad' });
    await vi.waitFor(() => expect(errors).toHaveLength(3));
    expect(errors.map(({ body }) => JSON.parse(body))).toMatchObject([
      { code: 'NOT_A_MEMBER', destination: '/topic/forbidden', receiptId: 'never' },
      { code: 'BLOCKED', destination: '/app/echo' },
      { code: 'BAD_REQUEST', destination: '/app/echo' },
    ]);
    expect(alice.connected).toBe(true);
  });

  it('gets ERROR and is closed for a bad token, and when its session is ended', async () => {
    await expect(connect('bad')).rejects.toThrow('Authentication is required');
    const ended = vi.fn<(message: string | undefined) => void>();
    const closed = vi.fn<(code: number) => void>();
    const alice = await new Promise<Client>((resolve) => {
      const client = clientFor('alice', {
        onConnect: () => resolve(client),
        onStompError: ({ headers }) => ended(headers['message']),
        onWebSocketClose: (event: { code: number }) => closed(event.code),
      });
      client.activate();
    });
    const [session] = app.get(SimpUserRegistry).getUserSessions('alice');
    session?.end('token expired');
    await vi.waitFor(() => expect(closed).toHaveBeenCalledWith(1002));
    expect(ended).toHaveBeenCalledWith('token expired');
    expect(alice.connected).toBe(false);
  });

  it('is closed with 1001 when the application ends, at once', async () => {
    const closed = vi.fn<(code: number) => void>();
    await connect('alice', { onWebSocketClose: (event: { code: number }) => closed(event.code) });
    const start = performance.now();
    await app.close();
    expect(performance.now() - start).toBeLessThan(4_000);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledWith(1001));
  });
});
