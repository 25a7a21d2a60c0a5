import { describe, expect, it, vi } from 'vitest';
import { StompHarness, settle } from './stomp-harness.spec-support.js';
import type { DisconnectedListener } from './stomp-session-events.js';

describe('the end of a session', () => {
  it('is told once, with the close code, after it left the registries', async () => {
    const stomp = new StompHarness();
    const told: unknown[] = [];
    stomp.events.onDisconnected(
      (session, code) => void told.push([session.principal.name, code, stomp.users.getUserSessions('alice').length]),
    );
    const [gone, stays] = [await stomp.subscribed('alice', '/topic/a'), await stomp.subscribed('alice', '/topic/a')];
    gone.clientGone(1001);
    gone.clientGone(1006);
    expect(told).toEqual([['alice', 1001, 1]]);
    expect(stomp.users.userNames()).toEqual(['alice']);
    stomp.session(stays).principal = { name: 'renamed' };
    expect(stomp.template.convertAndSend('/topic/a', 'x')).toBe(1);
    stays.clientGone(1000);
    expect(stomp.users.userCount).toBe(0);
    expect(stomp.registry.destinations()).toEqual([]);
  });

  it('by the server: ERROR, close, nothing further, and told once, when the close begins', async () => {
    const stomp = new StompHarness();
    const disconnected = vi.fn<DisconnectedListener>();
    stomp.events.onDisconnected(disconnected);
    const connection = await stomp.subscribed('alice', '/topic/a');
    const session = stomp.session(connection);
    session.end('token expired');
    session.end('again');
    stomp.template.convertAndSend('/topic/a', 'x');
    connection.receive('ACK\nreceipt:1\n\n\0');
    expect(connection.frames()).toEqual([
      {
        command: 'ERROR',
        headers: { message: 'token expired', 'content-type': 'text/plain', 'content-length': '13' },
        body: 'token expired',
      },
    ]);
    expect(connection.closedWith).toEqual({ code: 1002, reason: '' });
    expect(stomp.users.sessionCount).toBe(0);
    expect(disconnected).toHaveBeenCalledExactlyOnceWith(session, 1002);
    await settle();
    expect(disconnected).toHaveBeenCalledExactlyOnceWith(session, 1002);
  });

  it('is not brought about by listeners that throw', async () => {
    const stomp = new StompHarness();
    const later = vi.fn<() => void>();
    stomp.events.onConnected(() => {
      throw new Error('sync');
    });
    stomp.events.onSubscribed(() => Promise.reject(new Error('async')));
    const off = stomp.events.onConnected(later);
    const connection = await stomp.subscribed('alice', '/topic/a');
    await settle();
    expect(later).toHaveBeenCalledOnce();
    expect(stomp.errors).toEqual([new Error('sync'), new Error('async')]);
    expect(connection.closedWith).toBeUndefined();
    off();
    await stomp.connect('bob');
    expect(later).toHaveBeenCalledOnce();
  });
});

describe('StompServer.close', () => {
  it('ends idle sessions at once with 1001, and refuses new ones', async () => {
    const stomp = new StompHarness();
    const [one, two] = [await stomp.connect('alice'), stomp.open()];
    await stomp.server.close();
    expect([one, two].map(({ closedWith }) => closedWith)).toEqual([
      { code: 1001, reason: '' },
      { code: 1001, reason: '' },
    ]);
    expect(stomp.open().closedWith?.code).toBe(1001);
  });

  it('lets the frame in hand finish with its RECEIPT, and reads no further one', async () => {
    const stomp = new StompHarness();
    const done: (() => void)[] = [];
    stomp.handlers.set('slow', () => new Promise<void>((resolve) => done.push(resolve)));
    const connection = await stomp.connect('alice');
    const send = (receipt: string): string => `SEND\ndestination:/app/slow\nreceipt:${receipt}\n\n\0`;
    connection.receive(send('1') + send('2'));
    const closed = stomp.server.close({ code: 1012 });
    expect(connection.closedWith).toBeUndefined();
    done[0]?.();
    await closed;
    expect(connection.text()).toBe('RECEIPT\nreceipt-id:1\n\n\0');
    expect(connection.closedWith?.code).toBe(1012);
    expect(done).toHaveLength(1);
  });

  it('drops what does not close within the time-out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    try {
      const stomp = new StompHarness();
      const connection = await stomp.connect('alice');
      connection.answersClose = false;
      const closed = stomp.server.close({ timeoutMs: 2_000 });
      await vi.advanceTimersByTimeAsync(1_900);
      expect(connection.terminated).toBe(false);
      await vi.advanceTimersByTimeAsync(200);
      await closed;
      expect(connection.terminated).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('spreads the closes when asked to', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    try {
      const stomp = new StompHarness();
      const all = await Promise.all(Array.from({ length: 10 }, (_, i) => stomp.connect(`user${i}`)));
      const closed = stomp.server.close({ spreadMs: 1_000 });
      const closedNow = (): number => all.filter(({ closedWith }) => closedWith !== undefined).length;
      expect(closedNow()).toBe(1);
      await vi.advanceTimersByTimeAsync(450);
      expect(closedNow()).toBe(5);
      await vi.advanceTimersByTimeAsync(1_000);
      await closed;
      expect(closedNow()).toBe(10);
    } finally {
      vi.useRealTimers();
    }
  });
});
