import { describe, expect, it, vi } from 'vitest';
import { StompFatal } from './refusal.js';
import { StompHarness, settle } from './stomp-harness.spec-support.js';

const CONNECT = 'CONNECT\naccept-version:1.2\nAuthorization:Bearer alice\n\n\0';

describe('CONNECT', () => {
  it.each(['CONNECT', 'STOMP'])(
    '%s is answered CONNECTED with version, heart-beat and user-name only',
    async (command) => {
      const stomp = new StompHarness({ heartbeat: [10_000, 9_000] });
      const connection = stomp.open();
      connection.receive(`${command}\naccept-version:1.0,1.1\nAuthorization:Bearer alice\nreceipt:r\n\n\0`);
      await settle();
      expect(connection.text()).toBe('CONNECTED\nversion:1.1\nheart-beat:10000,9000\nuser-name:alice\n\n\0');
      expect(stomp.users.getUserSessions('alice')).toHaveLength(1);
    },
  );

  it('without a common version is ERROR with the versions there are, and close', async () => {
    const connection = new StompHarness().open();
    connection.receive('CONNECT\naccept-version:2.0\nAuthorization:Bearer alice\n\n\0');
    await settle();
    expect(connection.frames()).toMatchObject([{ command: 'ERROR', headers: { version: '1.0,1.1,1.2' } }]);
    expect(connection.closedWith).toEqual({ code: 1002, reason: '' });
  });

  it('with a token that is refused is ERROR and close, with the receipt id', async () => {
    const stomp = new StompHarness();
    const connection = stomp.open();
    connection.receive('CONNECT\naccept-version:1.2\nAuthorization:Bearer bad\nreceipt:r1\n\n\0');
    await settle();
    expect(connection.text()).toBe(
      'ERROR\nmessage:Authentication is required\nreceipt-id:r1\ncontent-type:text/plain\ncontent-length:26\n\nAuthentication is required\0',
    );
    expect(connection.closedWith?.code).toBe(1002);
    expect(stomp.users.sessionCount).toBe(0);
    await settle();
    expect(stomp.server.sessionCount).toBe(0);
  });

  it('maps errors of the authentication, and hides those nobody maps', async () => {
    class Unauthenticated extends Error {}
    const stomp = new StompHarness({
      authenticate: async (headers) => {
        throw headers.get('x') === '1' ? new Unauthenticated() : new Error('secret');
      },
      mapError: (error) => (error instanceof Unauthenticated ? new StompFatal('token expired', 1008) : undefined),
    });
    const [mapped, hidden] = [stomp.open(), stomp.open()];
    mapped.receive('CONNECT\nx:1\n\n\0');
    hidden.receive('CONNECT\n\n\0');
    await settle();
    expect(mapped.frames()).toMatchObject([{ headers: { message: 'token expired' } }]);
    expect(mapped.closedWith?.code).toBe(1008);
    expect(hidden.frames()).toMatchObject([{ headers: { message: 'Internal error' } }]);
    expect(hidden.closedWith?.code).toBe(1002);
    expect(stomp.errors).toEqual([new Error('secret')]);
  });

  it('comes first: any other frame is ERROR and close, EOLs are tolerated', async () => {
    const stomp = new StompHarness();
    for (const frame of ['SEND\ndestination:/app/x\n\n\0', 'DISCONNECT\nreceipt:1\n\n\0', 'MESSAGE\n\n\0']) {
      const connection = stomp.open();
      connection.receive(frame);
      expect(connection.frames()).toMatchObject([{ command: 'ERROR' }]);
      expect(connection.closedWith?.code).toBe(1002);
    }
    const patient = stomp.open();
    patient.receive('\n\r\n');
    patient.receive(CONNECT);
    await settle();
    expect(patient.frames()).toMatchObject([{ command: 'CONNECTED' }]);
  });

  it('a second one is ERROR and close', async () => {
    const stomp = new StompHarness();
    const connection = await stomp.connect('alice');
    connection.receive(CONNECT);
    expect(connection.frames()).toMatchObject([{ command: 'ERROR' }]);
    expect(connection.closedWith?.code).toBe(1002);
    expect(stomp.users.userCount).toBe(0);
  });

  it('frames behind it wait until it is answered and are read by its version', async () => {
    const stomp = new StompHarness();
    const handler = vi.fn<(header: string | undefined) => void>();
    stomp.handlers.set('x', ({ headers }) => handler(headers.get('h')));
    const connection = stomp.open();
    const send = 'SEND\ndestination:/app/x\nh:a\\cb\n\n\0';
    connection.receive(`CONNECT\naccept-version:1.0\nAuthorization:Bearer alice\n\n\0${send}`);
    expect(handler).not.toHaveBeenCalled();
    await settle();
    expect(handler).toHaveBeenCalledWith('a\\cb');
  });

  it('frames before it are bounded by 8 KiB, behind it by 64 KiB', async () => {
    const stomp = new StompHarness();
    const headers = (bytes: number): string => `x:${'1'.repeat(4_000)}\n`.repeat(Math.ceil(bytes / 4_003));
    const early = stomp.open();
    early.receive(`CONNECT\naccept-version:1.2\nAuthorization:Bearer alice\n${headers(9_000)}\n\0`);
    await settle();
    expect(early.closedWith?.code).toBe(1009);
    const later = await stomp.connect('alice');
    later.receive(`SEND\ndestination:/app/x\n${headers(60_000)}\n\0`);
    expect(later.closedWith).toBeUndefined();
    later.receive(`SEND\ndestination:/app/x\n\n${'x'.repeat(65_536)}\0`);
    expect(later.frames()).toMatchObject([{ command: 'ERROR' }]);
    expect(later.closedWith?.code).toBe(1009);
  });

  it('leaves no session behind when the connection goes while it is being authenticated', async () => {
    let authenticated = (): void => undefined;
    const stomp = new StompHarness({
      authenticate: () => new Promise((resolve) => (authenticated = (): void => resolve({ name: 'alice' }))),
    });
    const [connected, disconnected] = [vi.fn<() => void>(), vi.fn<() => void>()];
    stomp.events.onConnected(connected);
    stomp.events.onDisconnected(disconnected);
    const connection = stomp.open();
    connection.receive(CONNECT);
    connection.clientGone(1006);
    authenticated();
    await settle();
    expect(stomp.users.sessionCount).toBe(0);
    expect(stomp.server.sessionCount).toBe(0);
    expect(connected).not.toHaveBeenCalled();
    expect(disconnected).not.toHaveBeenCalled();
  });
});
