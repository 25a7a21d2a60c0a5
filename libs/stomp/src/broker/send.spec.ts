import { describe, expect, it, vi } from 'vitest';
import type { MemoryConnection } from './memory-connection.spec-support.js';
import { StompFatal, StompRefusal } from './refusal.js';
import { StompHarness, settle } from './stomp-harness.spec-support.js';

const send = (name: string, receipt: string, body = ''): string =>
  `SEND\ndestination:/app/${name}\nreceipt:${receipt}\n\n${body}\0`;

const receipts = (connection: MemoryConnection): unknown[] =>
  connection.frames().map(({ command, headers }) => (command === 'RECEIPT' ? headers['receipt-id'] : command));

const refusals = (connection: MemoryConnection): unknown[] =>
  connection
    .frames()
    .filter(({ headers }) => headers['destination'] === '/user/queue/errors')
    .map(({ body }) => JSON.parse(body));

describe('SEND to the application', () => {
  it('gives the handler session, destination, headers and body', async () => {
    const stomp = new StompHarness();
    const handler = vi.fn<(...seen: unknown[]) => void>();
    stomp.handlers.set('chat.send', ({ session, destination, headers, body }) =>
      handler(session.principal.name, destination, headers.get('x'), body.toString()),
    );
    const connection = await stomp.connect('alice');
    connection.receive('SEND\ndestination:/app/chat.send\nx:1\n\nhi\0');
    expect(handler).toHaveBeenCalledWith('alice', '/app/chat.send', '1', 'hi');
  });

  it('handles the frames of a session one at a time and answers RECEIPT after each effect, in order', async () => {
    const stomp = new StompHarness();
    const done: (() => void)[] = [];
    stomp.handlers.set('slow', () => new Promise<void>((resolve) => done.push(resolve)));
    stomp.handlers.set('quick', () => undefined);
    const connection = await stomp.connect('alice');
    connection.receive(send('slow', '1') + send('quick', '2') + send('slow', '3'));
    await settle();
    expect(done).toHaveLength(1);
    expect(receipts(connection)).toEqual([]);
    done[0]?.();
    await settle();
    expect(receipts(connection)).toEqual(['1', '2']);
    done[1]?.();
    await settle();
    expect(receipts(connection)).toEqual(['1', '2', '3']);
  });

  it('does not let one session wait for another', async () => {
    const stomp = new StompHarness();
    stomp.handlers.set('slow', () => new Promise<void>(() => undefined));
    stomp.handlers.set('quick', () => undefined);
    const [slow, quick] = [await stomp.connect('alice'), await stomp.connect('alice')];
    slow.receive(send('slow', '1'));
    quick.receive(send('quick', '2'));
    expect(receipts(quick)).toEqual(['2']);
  });

  it('pauses the connection when frames queue up behind one being handled, and resumes', async () => {
    const stomp = new StompHarness({ limits: { frameBytes: 1_000 } });
    const done: (() => void)[] = [];
    stomp.handlers.set('slow', () => new Promise<void>((resolve) => done.push(resolve)));
    stomp.handlers.set('quick', () => undefined);
    const connection = await stomp.connect('alice');
    connection.receive(send('slow', '0'));
    let sent = 0;
    while (!connection.paused && sent < 100) connection.receive(send('quick', String(++sent)));
    expect(sent).toBeLessThan(30);
    connection.receive(send('quick', 'held back'));
    done[0]?.();
    await settle();
    expect(connection.paused).toBe(false);
    expect(receipts(connection)).toHaveLength(sent + 2);
    expect(receipts(connection).at(-1)).toBe('held back');
  });

  it('ends without a RECEIPT when the session goes while it is being handled', async () => {
    const stomp = new StompHarness();
    let done = (): void => undefined;
    stomp.handlers.set('slow', () => new Promise<void>((resolve) => (done = resolve)));
    const connection = await stomp.connect('alice');
    connection.receive(send('slow', '1') + send('slow', '2'));
    stomp.session(connection).end('session ended', 1008);
    done();
    await settle();
    expect(connection.frames()).toMatchObject([{ command: 'ERROR', headers: { message: 'session ended' } }]);
    expect(connection.closedWith?.code).toBe(1008);
  });
});

describe('a refused frame', () => {
  it.each([
    [
      'thrown',
      () => {
        throw new StompRefusal('BLOCKED', 'no');
      },
      { code: 'BLOCKED', message: 'no' },
    ],
    [
      'rejected',
      async () => {
        throw new StompRefusal('BLOCKED', 'no');
      },
      { code: 'BLOCKED', message: 'no' },
    ],
    [
      'mapped',
      async () => {
        throw new RangeError('full');
      },
      { code: 'GROUP_FULL', message: 'full' },
    ],
    [
      'unknown',
      async () => {
        throw new Error('secret');
      },
      { code: 'INTERNAL', message: 'Internal error' },
    ],
    [
      'of a broken mapping',
      async () => {
        throw new TypeError('broken');
      },
      { code: 'INTERNAL', message: 'Internal error' },
    ],
  ])('%s: told on the error queue of the session, no RECEIPT, the session stays', async (_, handler, expected) => {
    const stomp = new StompHarness({
      mapError: (error) => {
        if (error instanceof TypeError) throw error;
        return error instanceof RangeError ? new StompRefusal('GROUP_FULL', error.message) : undefined;
      },
    });
    stomp.handlers.set('x', handler);
    stomp.handlers.set('y', () => undefined);
    const [connection, other] = [
      await stomp.subscribed('alice', '/user/queue/errors', 'e'),
      await stomp.subscribed('alice', '/user/queue/errors', 'e'),
    ];
    connection.receive(send('x', 'r') + send('y', 's'));
    await settle();
    expect(refusals(connection)).toEqual([{ ...expected, destination: '/app/x', receiptId: 'r' }]);
    expect(receipts(connection).at(-1)).toBe('s');
    expect(other.writes).toEqual([]);
    expect(connection.closedWith).toBeUndefined();
  });

  it.each([
    ['/app/unknown', 'UNKNOWN_DESTINATION'],
    ['/topic/a', 'DESTINATION_NOT_ALLOWED'],
    ['/queue/a', 'DESTINATION_NOT_ALLOWED'],
    ['/user/bob/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/foo', 'DESTINATION_NOT_ALLOWED'],
    ['/app', 'DESTINATION_NOT_ALLOWED'],
  ])('SEND to %s is one, and reaches nobody', async (destination, code) => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    const bob = await stomp.subscribed('bob', '/topic/a', '0');
    await stomp.subscribe(bob, '/user/queue/reply', '1');
    connection.receive(`SEND\ndestination:${destination}\nreceipt:r\n\nx\0`);
    expect(refusals(connection)).toMatchObject([{ code, destination, receiptId: 'r' }]);
    expect(receipts(connection)).toEqual(['MESSAGE']);
    expect(bob.writes).toEqual([]);
  });

  it('is silent for a session without the error queue', async () => {
    const connection = await new StompHarness().connect('alice');
    connection.receive('SEND\n\nx\0');
    expect(connection.writes).toEqual([]);
    expect(connection.closedWith).toBeUndefined();
  });

  it('the fifth within 10 s closes with 1008', async () => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    for (let i = 0; i < 4; i++) connection.receive(send('unknown', 'r'));
    expect(connection.closedWith).toBeUndefined();
    connection.receive(send('unknown', 'r'));
    expect(refusals(connection)).toHaveLength(5);
    expect(connection.closedWith?.code).toBe(1008);
  });

  it("for a fault of the server's own does not count", async () => {
    const stomp = new StompHarness({ mapError: () => new StompRefusal('UNAVAILABLE', 'later', { counted: false }) });
    stomp.handlers.set('x', () => Promise.reject(new Error('down')));
    const connection = await stomp.connect('alice');
    for (let i = 0; i < 20; i++) connection.receive(send('x', 'r'));
    await settle();
    expect(connection.closedWith).toBeUndefined();
  });

  it('may be asked for by the rates, before the frame is looked at', async () => {
    const seen: unknown[] = [];
    const stomp = new StompHarness({
      admitFrame: (session, command, destination) => {
        seen.push([session.principal.name, command, destination]);
        if (command === 'ACK') throw new StompRefusal('RATE_LIMITED', 'slower');
      },
    });
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    connection.receive('ACK\nid:1\nreceipt:r\n\n\0');
    expect(refusals(connection)).toMatchObject([{ code: 'RATE_LIMITED', receiptId: 'r' }]);
    expect(seen).toEqual([
      ['alice', 'SUBSCRIBE', '/user/queue/errors'],
      ['alice', 'ACK', undefined],
    ]);
  });
});

describe('a fatal frame', () => {
  it('thrown by a handler is ERROR with the receipt id, and close', async () => {
    const stomp = new StompHarness();
    stomp.handlers.set('x', async () => {
      throw new StompFatal('token expired', 1008);
    });
    const connection = await stomp.connect('alice');
    connection.receive(send('x', 'r') + send('x', 's'));
    await settle();
    expect(connection.frames()).toMatchObject([
      { command: 'ERROR', headers: { message: 'token expired', 'receipt-id': 'r' } },
    ]);
    expect(connection.closedWith?.code).toBe(1008);
  });

  it('that cannot be read is ERROR with the receipt id, and close; frames before it had their effect', async () => {
    const stomp = new StompHarness();
    stomp.handlers.set('x', () => undefined);
    const connection = await stomp.connect('alice');
    connection.receive(`${send('x', 'ok')}SEND\nreceipt:bad\nfoo\n\n\0${send('x', 'never')}`);
    expect(connection.frames()).toMatchObject([
      { command: 'RECEIPT', headers: { 'receipt-id': 'ok' } },
      { command: 'ERROR', headers: { 'receipt-id': 'bad', 'content-type': 'text/plain' } },
    ]);
    expect(connection.closedWith).toEqual({ code: 1002, reason: '' });
  });
});

describe('other frames', () => {
  it('ACK, NACK and frames of a server have no effect; only the former two have a RECEIPT', async () => {
    const connection = await new StompHarness().connect('alice');
    connection.receive(
      'ACK\nid:1\nreceipt:a\n\n\0NACK\nreceipt:b\n\n\0MESSAGE\nreceipt:c\n\nx\0CONNECTED\nreceipt:d\n\n\0',
    );
    expect(receipts(connection)).toEqual(['a', 'b']);
  });

  it('DISCONNECT with a receipt ends the subscriptions and leaves the close to the client', async () => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/topic/a');
    connection.receive('DISCONNECT\nreceipt:77\n\n\0');
    expect(connection.text()).toBe('RECEIPT\nreceipt-id:77\n\n\0');
    expect(stomp.template.convertAndSend('/topic/a', 'x')).toBe(0);
    connection.receive('SUBSCRIBE\nid:1\ndestination:/topic/a\nreceipt:x\n\n\0SEND\ndestination:/app/x\n\n\0');
    expect(connection.frames()).toHaveLength(1);
    expect(connection.closedWith).toBeUndefined();
    connection.receive('CONNECT\naccept-version:1.2\nAuthorization:Bearer alice\n\n\0');
    expect(connection.frames().at(-1)).toMatchObject({ command: 'ERROR' });
    expect(connection.closedWith?.code).toBe(1002);
  });

  it('DISCONNECT without a receipt is a plain close', async () => {
    const connection = await new StompHarness().connect('alice');
    connection.receive('DISCONNECT\n\n\0ACK\nreceipt:1\n\n\0');
    expect(connection.writes).toEqual([]);
    expect(connection.closedWith).toEqual({ code: 1000, reason: '' });
  });
});
