import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StompHarness } from './stomp-harness.spec-support.js';

const after = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a client that does not CONNECT within 10 s gets ERROR and close', async () => {
    const connection = new StompHarness().open();
    await after(9_900);
    expect(connection.writes).toEqual([]);
    await after(300);
    expect(connection.frames()).toMatchObject([{ command: 'ERROR' }]);
    expect(connection.closedWith?.code).toBe(1002);
  });

  it('so does one whose authentication takes as long', async () => {
    const stomp = new StompHarness({ authenticate: () => new Promise(() => undefined) });
    const connection = stomp.open();
    connection.receive('CONNECT\n\n\0');
    await after(10_200);
    expect(connection.closedWith?.code).toBe(1002);
  });

  describe('heart-beats to the client', () => {
    it('go out at most one interval after the last write, whatever it was', async () => {
      const stomp = new StompHarness({ heartbeat: [2_000, 2_000] });
      const connection = await stomp.connect('alice', '1.2', 'heart-beat:0,4000\n');
      await stomp.subscribe(connection, '/topic/1');
      const times: number[] = [];
      const write = connection.send.bind(connection);
      connection.send = (frame, binary): void => {
        times.push(performance.now());
        write(frame, binary);
      };
      const start = performance.now();
      for (let i = 0; i < 7; i++) {
        await after(1_700);
        if (i % 3 === 0) stomp.template.convertAndSend('/topic/1', 'x');
      }
      await after(20_000);
      const gaps = times.map((time, i) => time - (times[i - 1] ?? start));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(4_000);
      expect(connection.writes.filter((bytes) => bytes.toString() === '\n').length).toBeGreaterThan(5);
      const quiet = gaps.slice(-4);
      expect(Math.min(...quiet)).toBeGreaterThan(3_500);
    });

    it('begin in time however short they are', async () => {
      const connection = await new StompHarness({ heartbeat: [500, 500] }).connect(
        'alice',
        '1.2',
        'heart-beat:0,500\n',
      );
      await after(600);
      expect(connection.writes.map(String)).toEqual(['\n']);
      await after(5_000);
      expect(connection.writes.length).toBeGreaterThanOrEqual(10);
      expect(connection.writes.length).toBeLessThan(16);
    });

    it.each([
      ['the client wants none', [2_000, 2_000], '0,0'],
      ['the server sends none', [0, 0], '0,1000'],
    ] as const)('never when %s', async (_, heartbeat, header) => {
      const connection = await new StompHarness({ heartbeat }).connect('alice', '1.2', `heart-beat:${header}\n`);
      await after(200_000);
      expect(connection.writes).toEqual([]);
      expect(connection.closedWith).toBeUndefined();
    });
  });

  describe('silence of a client that promised heart-beats', () => {
    it('is tolerated for 75 s, then ERROR and close', async () => {
      const stomp = new StompHarness({ heartbeat: [0, 10_000] });
      const connection = await stomp.connect('alice', '1.2', 'heart-beat:10000,0\n');
      await after(74_000);
      connection.receive('\n');
      await after(74_000);
      expect(connection.closedWith).toBeUndefined();
      await after(1_500);
      expect(connection.frames()).toMatchObject([{ command: 'ERROR' }]);
      expect(connection.closedWith?.code).toBe(1002);
    });

    it('or for three of its intervals, when that is longer', async () => {
      const stomp = new StompHarness({ heartbeat: [0, 10_000] });
      const connection = await stomp.connect('alice', '1.2', 'heart-beat:60000,0\n');
      await after(179_000);
      expect(connection.closedWith).toBeUndefined();
      await after(1_500);
      expect(connection.closedWith?.code).toBe(1002);
    });
  });

  describe('a slow consumer', () => {
    it('is closed with 1013 beyond 1 MiB of waiting bytes, and dropped when it does not answer', async () => {
      const stomp = new StompHarness();
      const slow = await stomp.subscribed('alice', '/topic/1');
      const quick = await stomp.subscribed('bob', '/topic/1');
      slow.stuck = true;
      slow.answersClose = false;
      for (let i = 0; i < 17; i++) stomp.template.convertAndSend('/topic/1', 'x'.repeat(64_000));
      expect(slow.closedWith).toEqual({ code: 1013, reason: 'slow consumer' });
      expect(slow.bufferedBytes).toBeLessThan(1_048_576 + 65_536);
      expect(quick.frames()).toHaveLength(17);
      await after(4_900);
      expect(slow.terminated).toBe(false);
      await after(300);
      expect(slow.terminated).toBe(true);
    });

    it('is closed with 1013 when no byte has left for 10 s', async () => {
      const stomp = new StompHarness();
      const connection = await stomp.subscribed('alice', '/topic/1');
      connection.stuck = true;
      stomp.template.convertAndSend('/topic/1', 'x');
      await after(9_900);
      expect(connection.closedWith).toBeUndefined();
      await after(2_800);
      expect(connection.closedWith?.code).toBe(1013);
    });

    it('that keeps draining is left alone', async () => {
      const stomp = new StompHarness();
      const connection = await stomp.subscribed('alice', '/topic/1');
      connection.stuck = true;
      for (let i = 0; i < 40; i++) {
        stomp.template.convertAndSend('/topic/1', 'x'.repeat(1_000));
        connection.bufferedBytes -= Math.min(connection.bufferedBytes, 500);
        await after(1_000);
      }
      expect(connection.bufferedBytes).toBeGreaterThan(10_000);
      expect(connection.closedWith).toBeUndefined();
    });
  });

  it('a client that does not close after DISCONNECT is closed half a second later', async () => {
    const connection = await new StompHarness().connect('alice');
    connection.receive('DISCONNECT\nreceipt:1\n\n\0');
    await after(300);
    expect(connection.closedWith).toBeUndefined();
    await after(400);
    expect(connection.closedWith).toEqual({ code: 1000, reason: '' });
  });

  it('refusals older than 10 s do not count', async () => {
    const connection = await new StompHarness().connect('alice');
    for (let i = 0; i < 20; i++) {
      connection.receive('SEND\ndestination:/foo\n\n\0');
      await after(2_600);
    }
    expect(connection.closedWith).toBeUndefined();
    for (let i = 0; i < 2; i++) connection.receive('SEND\ndestination:/foo\n\n\0');
    expect(connection.closedWith?.code).toBe(1008);
  });

  it('leaves no timer behind when all sessions are gone', async () => {
    const stomp = new StompHarness({ heartbeat: [10_000, 10_000] });
    const connection = await stomp.connect('alice', '1.2', 'heart-beat:10000,10000\n');
    expect(vi.getTimerCount()).toBe(1);
    connection.clientGone(1000);
    await after(3_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
