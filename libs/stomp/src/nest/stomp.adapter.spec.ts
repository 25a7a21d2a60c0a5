import 'reflect-metadata';
import {
  Catch,
  Injectable,
  Scope,
  UseFilters,
  UseGuards,
  UsePipes,
  type CanActivate,
  type ExecutionContext,
  type ExceptionFilter,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { Observable, of, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';
import { MemoryConnection } from '../broker/memory-connection.spec-support.js';
import { StompFatal, StompRefusal } from '../broker/refusal.js';
import { SimpMessagingTemplate } from '../broker/simp-messaging-template.js';
import { SimpUserRegistry } from '../broker/simp-user-registry.js';
import { settle } from '../broker/stomp-harness.spec-support.js';
import { StompSessionEvents } from '../broker/stomp-session-events.js';
import type { StompSession } from '../broker/stomp-session.js';
import type { StompConnection } from '../transport/stomp-connection.js';
import { StompAdapter } from './stomp.adapter.js';
import { StompModule } from './stomp.module.js';

class Blocked extends Error {}

@Injectable()
class NobodyMay implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** A guard of the whole application: in Nest it covers gateways, too. */
@Injectable()
class EverywhereGuard implements CanActivate {
  static readonly seen: string[] = [];

  canActivate(context: ExecutionContext): boolean {
    EverywhereGuard.seen.push(context.getType());
    return true;
  }
}

class NothingFits implements PipeTransform {
  transform(): never {
    throw new Blocked('pipe');
  }
}

@Catch(Blocked)
class Forgiving implements ExceptionFilter {
  catch(): void {}
}

@WebSocketGateway()
class ChatGateway implements OnGatewayConnection, OnGatewayDisconnect {
  readonly seen: unknown[] = [];
  release = (): void => undefined;

  handleConnection(session: StompSession): void {
    this.seen.push(['connected', session.principal.name]);
  }

  handleDisconnect(session: StompSession, ...rest: unknown[]): void {
    this.seen.push(['disconnected', session.principal.name, ...rest]);
  }

  @SubscribeMessage('chat.typing')
  typing(@MessageBody() body: unknown, @ConnectedSocket() session: StompSession): string {
    this.seen.push([session.principal.name, body]);
    return 'ignored';
  }

  @SubscribeMessage('/field')
  field(@MessageBody('groupId') groupId: unknown): void {
    this.seen.push(groupId);
  }

  @SubscribeMessage('slow')
  slow(): Promise<void> {
    return new Promise((resolve) => (this.release = resolve));
  }

  @SubscribeMessage('refused')
  refused(): Promise<void> {
    return Promise.reject(new StompRefusal('NOT_A_MEMBER', 'no'));
  }

  @SubscribeMessage('blocked')
  blocked(): void {
    throw new Blocked('both');
  }

  @SubscribeMessage('broken')
  broken(): void {
    throw new Error('secret');
  }

  @SubscribeMessage('fatal')
  fatal(): void {
    throw new StompFatal('session ended', 1008);
  }

  @SubscribeMessage('observable')
  observable(): Observable<number> {
    return of(1, 2);
  }

  @SubscribeMessage('failing')
  failing(): Observable<number> {
    return throwError(() => new Blocked('stream'));
  }

  @UseGuards(NobodyMay)
  @SubscribeMessage('guarded')
  guarded(): void {}

  @UsePipes(new NothingFits())
  @SubscribeMessage('piped')
  piped(@MessageBody() _body: unknown): void {}

  @UseFilters(new Forgiving())
  @SubscribeMessage('forgiven')
  forgiven(): void {
    throw new Blocked('forgiven');
  }
}

@UseFilters(new Forgiving())
@WebSocketGateway()
class ForgivingGateway {
  @SubscribeMessage('forgiven by the class')
  forgiven(): void {
    throw new Blocked('forgiven');
  }

  @SubscribeMessage('not forgiven')
  notForgiven(): void {
    throw new StompRefusal('NOT_A_MEMBER', 'no');
  }
}

@WebSocketGateway()
class OtherGateway {
  readonly seen: unknown[] = [];

  @SubscribeMessage('other')
  other(@MessageBody() body: unknown): void {
    this.seen.push(body);
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@WebSocketGateway()
class ScopedGateway {
  constructor(readonly perRequest: PerRequest) {}

  @SubscribeMessage('scoped')
  scoped(@MessageBody() body: unknown): void {
    if (body === 'bad') throw new Blocked('scoped');
  }
}

describe('StompAdapter', () => {
  let app: NestFastifyApplication;
  let accept: (connection: StompConnection) => void;
  let closeTransports: Mock<() => Promise<void>>;
  const errors: unknown[] = [];

  const connect = async (name = 'alice'): Promise<MemoryConnection> => {
    const connection = new MemoryConnection(`c-${name}`);
    accept(connection);
    connection.receive(`CONNECT\naccept-version:1.2\nAuthorization:${name}\n\n\0`);
    await settle();
    connection.receive('SUBSCRIBE\nid:e\ndestination:/user/queue/errors\n\n\0');
    await settle();
    connection.writes.length = 0;
    return connection;
  };
  const send = async (connection: MemoryConnection, name: string, body = ''): Promise<void> => {
    connection.receive(`SEND\ndestination:/app/${name}\nreceipt:${name}\n\n${body}\0`);
    await settle();
  };
  const answer = (connection: MemoryConnection): unknown => {
    const [frame, ...more] = connection.frames();
    expect(more).toEqual([]);
    return frame?.command === 'MESSAGE' ? JSON.parse(frame.body) : frame;
  };

  beforeEach(async () => {
    errors.length = 0;
    closeTransports = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const module = await Test.createTestingModule({
      imports: [StompModule.forRoot()],
      providers: [
        ChatGateway,
        OtherGateway,
        ForgivingGateway,
        ScopedGateway,
        PerRequest,
        { provide: APP_GUARD, useClass: EverywhereGuard },
      ],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    const adapter = new StompAdapter(
      app,
      {
        allowedOrigins: [],
        authenticate: async (headers) => ({ name: headers.get('Authorization') ?? '' }),
        authorizeSubscription: async () => undefined,
        mapError: (error) => (error instanceof Blocked ? new StompRefusal('BLOCKED', error.message) : undefined),
        onError: (error) => errors.push(error),
      },
      (_server, _options, onConnection) => {
        accept = onConnection;
        return { connectionCount: 0, drain: () => undefined, close: closeTransports };
      },
    );
    app.useWebSocketAdapter(adapter);
    await app.init();
  });

  afterEach(async () => {
    await app.close();
  });

  it('calls the method of SEND /app/x with the parsed body and the session', async () => {
    const connection = await connect();
    await send(connection, 'chat.typing', '{"groupId":1}');
    await send(connection, 'field', '{"groupId":7}');
    await send(connection, 'other', '[1]');
    expect(app.get(ChatGateway).seen).toEqual([['connected', 'alice'], ['alice', { groupId: 1 }], 7]);
    expect(app.get(OtherGateway).seen).toEqual([[1]]);
    expect(connection.frames().map(({ command }) => command)).toEqual(['RECEIPT', 'RECEIPT', 'RECEIPT']);
  });

  it('is covered by the global guards of the application, as context type ws', async () => {
    EverywhereGuard.seen.length = 0;
    await send(await connect(), 'other', '1');
    expect(EverywhereGuard.seen).toEqual(['ws']);
  });

  it('passes no body as undefined', async () => {
    const connection = await connect();
    await send(connection, 'chat.typing');
    expect(app.get(ChatGateway).seen.at(-1)).toEqual(['alice', undefined]);
  });

  it.each(['{bad', '"a', '{"a":1}}', '"\u00ff"'])('refuses %j, which is no JSON', async (body) => {
    const connection = await connect();
    const head = Buffer.from('SEND\ndestination:/app/chat.typing\nreceipt:r\n\n');
    connection.receive(Buffer.concat([head, Buffer.from(body, 'latin1'), Buffer.from([0])]));
    await settle();
    expect(answer(connection)).toMatchObject({ code: 'BAD_REQUEST', destination: '/app/chat.typing', receiptId: 'r' });
    expect(app.get(ChatGateway).seen).toHaveLength(1);
  });

  it('answers RECEIPT when the promise has settled', async () => {
    const connection = await connect();
    await send(connection, 'slow');
    expect(connection.writes).toEqual([]);
    app.get(ChatGateway).release();
    await settle();
    expect(connection.text()).toBe('RECEIPT\nreceipt-id:slow\n\n\0');
  });

  it.each(['observable', 'forgiven', 'forgiven by the class', 'scoped'])('answers RECEIPT for: %s', async (name) => {
    const connection = await connect();
    await send(connection, name);
    expect(answer(connection)).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': name } });
  });

  it.each([
    ['refused', 'NOT_A_MEMBER', 'no'],
    ['blocked', 'BLOCKED', 'both'],
    ['failing', 'BLOCKED', 'stream'],
    ['piped', 'BLOCKED', 'pipe'],
    ['guarded', 'BAD_REQUEST', 'Forbidden resource'],
    ['broken', 'INTERNAL', 'Internal error'],
    ['not forgiven', 'NOT_A_MEMBER', 'no'],
    ['unknown', 'UNKNOWN_DESTINATION', 'There is no such destination'],
  ])('brings what went wrong to the session: %s', async (name, code, message) => {
    const connection = await connect();
    await send(connection, name);
    expect(answer(connection)).toEqual({ code, message, destination: `/app/${name}`, receiptId: name });
    expect(errors).toEqual(name === 'broken' ? [new Error('secret')] : []);
  });

  it('does so for gateways of request scope', async () => {
    const connection = await connect();
    await send(connection, 'scoped', '"bad"');
    expect(answer(connection)).toMatchObject({ code: 'BLOCKED', message: 'scoped' });
  });

  it('keeps errors of two sessions apart', async () => {
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    alice.receive('SEND\ndestination:/app/refused\nreceipt:1\n\n\0');
    bob.receive('SEND\ndestination:/app/chat.typing\nreceipt:2\n\n{}\0');
    await settle();
    expect(answer(alice)).toMatchObject({ code: 'NOT_A_MEMBER' });
    expect(answer(bob)).toMatchObject({ command: 'RECEIPT' });
  });

  it('ends the session on a fatal error', async () => {
    const connection = await connect();
    await send(connection, 'fatal');
    expect(connection.frames()).toMatchObject([{ command: 'ERROR', headers: { message: 'session ended' } }]);
    expect(connection.closedWith?.code).toBe(1008);
  });

  it('tells gateways and listeners when sessions come and go', async () => {
    const told: unknown[] = [];
    app.get(StompSessionEvents).onDisconnected((session, code) => void told.push([session.principal.name, code]));
    const connection = await connect();
    connection.clientGone(1001);
    expect(app.get(ChatGateway).seen).toEqual([
      ['connected', 'alice'],
      ['disconnected', 'alice', 1001],
    ]);
    expect(told).toEqual([['alice', 1001]]);
  });

  it('shares the broker with everybody who injects it', async () => {
    const connection = await connect();
    expect(app.get(SimpUserRegistry).getUserSessions('alice')).toHaveLength(1);
    expect(app.get(SimpMessagingTemplate).convertAndSendToUser('alice', '/queue/errors', { v: 1 })).toBe(1);
    expect(answer(connection)).toEqual({ v: 1 });
  });

  it('ends all sessions with 1001 when the application closes, then the transports', async () => {
    const connection = await connect();
    await app.close();
    expect(connection.closedWith?.code).toBe(1001);
    expect(closeTransports).toHaveBeenCalled();
    const late = new MemoryConnection('late');
    accept(late);
    expect(late.closedWith?.code).toBe(1001);
  });
});

describe('a gateway with a port of its own', () => {
  @WebSocketGateway(8081)
  class Elsewhere {}

  it('is refused at start', async () => {
    const module = await Test.createTestingModule({
      imports: [StompModule.forRoot()],
      providers: [Elsewhere],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    app.useWebSocketAdapter(
      new StompAdapter(app, {
        allowedOrigins: [],
        authenticate: async () => ({ name: '' }),
        authorizeSubscription: async () => undefined,
      }),
    );
    await expect(app.init()).rejects.toThrow('leave the port of the gateway out');
  });
});

describe('StompModule', () => {
  it('gives a broker that works before there is an adapter', async () => {
    const module = await Test.createTestingModule({ imports: [StompModule.forRoot()] }).compile();
    expect(module.get(SimpMessagingTemplate).convertAndSend('/topic/a', {})).toBe(0);
    expect(module.get(SimpUserRegistry).sessions()).toEqual([]);
  });
});
