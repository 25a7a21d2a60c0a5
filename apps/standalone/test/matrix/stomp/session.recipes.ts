import { StompSocket, UpgradeRefused, encodeFrame, forgeToken, type Person } from '@app/testing';
import { expect } from 'vitest';
import type { DoorName } from '../matrix.js';
import { makePair, makeRoom, shareRoom } from '../scenes.js';
import type { World } from '../world.js';
import { sendFrame, type OutFrame, type StompRecipe, type StompRecipes } from './stomp-call.js';
import { expectClosed } from './stomp-cell.js';

const SPA = 'http://localhost:5173';

const upgrade: StompRecipe = async (world, name) => {
  const { caller } = await shareRoom(world, name);
  const origins: Record<string, Record<string, string>> = {
    'origin of the list': { origin: SPA },
    'no origin, as programs': {},
  };
  const allowed = origins[name];
  const authorization: Record<string, string> =
    name === 'none' ? {} : { authorization: `Bearer ${name === 'bad' ? 'x.y.z' : caller.token}` };
  return {
    run: async (door) => {
      const open = (origin: Record<string, string>): Promise<StompSocket> =>
        StompSocket.open(world.url(door), { headers: { ...authorization, ...origin } });
      if (allowed) return (await open(allowed)).drop();
      for (const origin of [
        'https://evil.test',
        'null',
        `${SPA}.evil.test`,
        'http://localhost:51730',
        'https://localhost:5173',
      ]) {
        const refusal = await open({ origin }).catch((error: unknown) => error);
        expect([origin, refusal instanceof UpgradeRefused && refusal.status]).toEqual([origin, 403]);
      }
      return undefined;
    },
  };
};

const connect =
  (command: 'CONNECT' | 'STOMP'): StompRecipe =>
  async (world, name) => {
    const { caller } = await shareRoom(world, name);
    const tokens =
      name === 'bad'
        ? world.badCredentials(caller).flatMap(({ kind, token }) => (token === null ? [] : [[kind, token]]))
        : [];
    return {
      run: async (door) => {
        for (const [kind, token] of name === 'none' ? [['none', null] as const] : tokens) {
          const session = await StompSocket.open(world.url(door));
          session.sayConnect(token, command);
          // A token beyond the length of a header line is thrown out as such.
          await expectClosed(session, null);
          expect([kind, session.frames.all.map((frame) => frame.command)]).toEqual([kind, ['ERROR']]);
        }
        if (name === 'none' || name === 'bad') return;
        const session = await StompSocket.open(world.url(door));
        session.sayConnect(caller.token, command);
        const frame = await session.frames.find();
        expect([frame.command, frame.headers['user-name']]).toEqual(['CONNECTED', caller.username]);
        session.drop();
      },
    };
  };

/** Opens a socket, says something wrong, and is thrown out without an effect on anybody. */
const thrownOut =
  (
    code: string | null,
    say: (session: StompSocket, token: string, name: string) => Promise<void> | void,
  ): StompRecipe =>
  async (world, name) => {
    const { caller, audience } = await makeRoom(world, name);
    return {
      run: async (door) => {
        const taps = await world.tapAll(audience);
        await world.withoutEffect(taps, async () => {
          const session = await StompSocket.open(world.url(door));
          await say(session, caller.token, name);
          await expectClosed(session, code, 10_000);
        });
        for (const tap of taps) tap.close();
      },
    };
  };

async function connectedUnless(session: StompSocket, token: string, name: string): Promise<void> {
  if (name === 'none') return;
  session.sayConnect(token);
  await session.frames.find(({ command }) => command === 'CONNECTED');
}

const twice = thrownOut(null, async (session, token, name) => {
  if (name === 'bad') session.sayConnect('x.y.z');
  else if (name !== 'none') await connectedUnless(session, token, name);
  session.sayConnect(name === 'none' ? null : token);
});

const BEFORE_CONNECT: readonly OutFrame[] = [
  sendFrame('/app/chat.send', { receiver: { id: 1 }, content: 'x' }),
  { command: 'SUBSCRIBE', headers: { id: '1', destination: '/topic/public' } },
  { command: 'UNSUBSCRIBE', headers: { id: '1' } },
  { command: 'ACK', headers: { id: '1' } },
  { command: 'NACK', headers: { id: '1' } },
  { command: 'BEGIN', headers: { transaction: 't' } },
  { command: 'COMMIT', headers: { transaction: 't' } },
  { command: 'ABORT', headers: { transaction: 't' } },
  { command: 'DISCONNECT', headers: { receipt: 'r' } },
];

const beforeConnect: StompRecipe = (world) =>
  Promise.resolve({
    run: async (door: DoorName) => {
      await world.withoutEffect([], async () => {
        for (const { command, headers, body } of BEFORE_CONNECT) {
          const session = await StompSocket.open(world.url(door));
          session.send(command, headers, body);
          await expectClosed(session, '1002');
          expect([command, session.frames.all.map((frame) => frame.command)]).toEqual([command, ['ERROR']]);
        }
      });
    },
  });

const unreadable = thrownOut('1002', async (session, token, name) => {
  await connectedUnless(session, token, name);
  session.raw('SHOUT\nno colon here\n\n\0');
});
const tooLarge = thrownOut('1009', async (session, token, name) => {
  await connectedUnless(session, token, name);
  const body = 'x'.repeat(name === 'none' ? 8_192 : 65_536);
  session.raw(encodeFrame('SEND', { destination: '/app/chat.send', 'content-length': String(body.length) }, body));
});

type Ending = (person: Person, other: Person) => Promise<unknown>;
const ENDINGS: Readonly<Record<string, Ending>> = {
  logout: (person) => person.rest.ok('POST', '/api/auth/logout'),
  'logout of all sessions': (person) => person.rest.ok('POST', '/api/auth/logout?all=true'),
  'account deleted': (person) => person.rest.ok('DELETE', '/api/auth/profile', { password: person.password }),
};

/** Closed within a second of the event; after `exp` within two, and not before. */
const tokenEnds: StompRecipe = async (world, name) => {
  const person = await world.person();
  const first = person.token;
  if (name === 'password changed elsewhere') person.rest.token = await person.logIn();
  const exp = Math.ceil(Date.now() / 1_000) + 2;
  const token = name === 'token expires' ? forgeToken(world.secret, person, { claims: { exp } }) : first;
  const passwords = { oldPassword: person.password, newPassword: 'another horse' };
  const changePassword: Ending = ({ rest }) => rest.ok('PUT', '/api/auth/password', passwords);
  return {
    run: async (door) => {
      const session = await StompSocket.connect(world.url(door), token);
      if (name === 'token expires') {
        await expectClosed(session, null, exp * 1_000 + 2_000 - Date.now());
        expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
        return;
      }
      await (ENDINGS[name] ?? changePassword)(person, person);
      await expectClosed(session, null, 1_000);
    },
  };
};

const refusedTooOften: StompRecipe = async (world) => {
  const { caller } = await makePair(world, 'related');
  return {
    run: async (door) => {
      const session = await StompSocket.connect(world.url(door), caller.token);
      await session.confirmed('SUBSCRIBE', { id: 'errors', destination: '/user/queue/errors' });
      for (let n = 0; n < 5; n++) session.send('SEND', { destination: '/topic/public' }, 'x');
      await expectClosed(session, '1008');
      expect(session.messages('errors')).toHaveLength(5);
    },
  };
};

/** The session goes on with the new token when the old one ends. */
const refresh: StompRecipe = async (world: World, name) => {
  const { caller, target, audience } = await makeRoom(world, name);
  const fresh = await caller.logIn();
  const tokens: Record<string, string> = {
    "another user's token": target.token,
    'a bad token': `${fresh.slice(0, -4)}AAAA`,
  };
  return {
    caller,
    frames: [sendFrame('/app/auth.refresh', { token: tokens[name] ?? fresh })],
    // Logging out closes the caller's taps, too.
    audience: tokens[name] === undefined ? { watch: [] } : audience,
    traceless: true,
    effect: async () => {
      const other = await StompSocket.connect(world.url('chat'), caller.token);
      await caller.rest.ok('POST', '/api/auth/logout');
      await expectClosed(other, null, 2_000);
    },
  };
};

const ignored =
  (frame: OutFrame): StompRecipe =>
  async (world, name) => {
    const { caller, audience } = await shareRoom(world, name);
    return { caller, frames: [frame], audience, traceless: true };
  };

export const SESSION_RECIPES: StompRecipes = {
  'HTTP upgrade · origin not allowed': upgrade,
  CONNECT: connect('CONNECT'),
  STOMP: connect('STOMP'),
  'CONNECT · a second one': twice,
  'any frame before CONNECT': beforeConnect,
  'no frame · no CONNECT in time': thrownOut('1002', () => undefined),
  'unreadable frame': unreadable,
  'frame beyond the size': tooLarge,
  'SEND /app/auth.refresh': refresh,
  'UNSUBSCRIBE unknown id': ignored({ command: 'UNSUBSCRIBE', headers: { id: 'never-there' } }),
  ACK: ignored({ command: 'ACK', headers: { id: '1', subscription: 'never-there' } }),
  NACK: ignored({ command: 'NACK', headers: { id: '1', subscription: 'never-there' } }),
  'live socket · its token ends': tokenEnds,
  'live socket · refused too often': refusedTooOften,
};
