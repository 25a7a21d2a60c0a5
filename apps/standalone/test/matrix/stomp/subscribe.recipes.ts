import type { MessageDto } from '@app/contracts';
import { StompSocket, type Person } from '@app/testing';
import { expect, vi } from 'vitest';
import { makeRoom, shareRoom, type Room } from '../scenes.js';
import { subscribeFrame, type FrameCall, type StompRecipe, type StompRecipes } from './stomp-call.js';

const NO_GROUP = 9_007_199_254_740_991;
const ID = 'judged';

interface Subscribing extends Room {
  /** Nobody's contact, blocked by nobody. */
  readonly peer: Person;
}

/** SUBSCRIBE, and when it is allowed, what then comes to the subscription. */
const subscribe =
  (
    destinationOf: (room: Subscribing) => string,
    provoke?: (room: Subscribing, session: StompSocket) => Promise<unknown>,
    matches: (body: unknown) => boolean = () => true,
  ): StompRecipe =>
  async (world, name) => {
    const room: Subscribing = { ...(await shareRoom(world, name)), peer: await world.person('peer') };
    const effect = async (session: StompSocket): Promise<void> => {
      if (!provoke) return;
      await provoke(room, session);
      await session.message(ID, matches);
    };
    // The caller's own other sessions see what is provoked, too.
    return {
      caller: room.caller,
      frames: [subscribeFrame(destinationOf(room), ID)],
      audience: { watch: [] },
      traceless: true,
      effect,
    };
  };

const refused =
  (destinationOf: (room: Room) => string): StompRecipe =>
  async (world, name) => {
    const room = await shareRoom(world, name);
    return { caller: room.caller, frames: [subscribeFrame(destinationOf(room))], audience: room.audience };
  };

const writeTo = ({ peer, caller }: Subscribing): Promise<MessageDto> => peer.sendTo(caller, 'hello');

async function typeTo({ peer, caller }: Subscribing): Promise<void> {
  const live = await peer.live();
  await live.send('/app/chat.typing', { receiver: caller.username, typing: true });
  await live.disconnect();
}

async function readFrom({ peer, caller }: Subscribing): Promise<void> {
  const message = await caller.sendTo(peer, 'read this');
  await peer.rest.ok('POST', `/api/chat/messages/${message.id}/read`);
}

const blunder = (_room: Subscribing, session: StompSocket): Promise<void> => {
  session.send('SEND', { destination: '/topic/public' }, 'x');
  return Promise.resolve();
};

async function typeInRoom({ owner, group }: Room): Promise<void> {
  const live = await owner.live();
  await live.send('/app/chat.typing', { groupId: group.id, typing: true });
  await live.disconnect();
}

/** A member who is removed sees nothing of what comes after, and may not come back. */
async function expectEnded(room: Room, session: StompSocket, destination: string): Promise<void> {
  const { owner, caller, group } = room;
  await owner.rest.ok('DELETE', `/api/groups/${group.id}/users/${caller.id}`);
  await owner.sendToGroup(group.id, 'without you');
  await typeInRoom(room);
  const codes = (): string[] =>
    session.messages('/user/queue/errors').map(({ body }) => (JSON.parse(body) as { code: string }).code);
  const tryAgain = async (): Promise<void> => {
    const count = codes().length;
    session.send('SUBSCRIBE', { id: ID, destination });
    await session.frames.collect(count + 1, ({ headers }) => headers['subscription'] === '/user/queue/errors');
    expect(codes().at(-1)).toBe('NOT_A_MEMBER');
  };
  // Until then the handle is in use. Five refusals would close the session.
  await vi.waitFor(tryAgain, { timeout: 1_000, interval: 300 });
  expect(session.messages(ID)).toEqual([]);
}

const groupTopic =
  (suffix: string, provoke: (room: Room) => Promise<unknown>): StompRecipe =>
  async (world, name) => {
    if (name !== 'removed while subscribed')
      return subscribe(({ group }) => `/topic/${name === 'unknown group' ? NO_GROUP : group.id}${suffix}`, provoke)(
        world,
        name,
      );
    const room = await makeRoom(world, 'related');
    const destination = `/topic/${room.group.id}${suffix}`;
    return {
      run: async (door) => {
        const session = await StompSocket.connect(world.url(door), room.caller.token);
        await session.confirmed('SUBSCRIBE', { id: '/user/queue/errors', destination: '/user/queue/errors' });
        await session.confirmed('SUBSCRIBE', { id: ID, destination });
        await expectEnded(room, session, destination);
        session.drop();
      },
    };
  };

const own = (queue: string, provoke: Parameters<typeof subscribe>[1]): StompRecipe =>
  subscribe(() => `/user/queue/${queue}`, provoke);

/** Under both of its names the queue is one: each message comes once. */
const underOwnName: StompRecipe = async (world, name) => {
  const call = (await subscribe(({ caller }) => `/user/${caller.username}/queue/reply`)(world, name)) as FrameCall;
  const peer = await world.person('peer');
  const effect = async (session: StompSocket): Promise<void> => {
    await session.confirmed('SUBSCRIBE', { id: 'plain', destination: '/user/queue/reply' });
    const [first, second] = [await peer.sendTo(call.caller, 'one'), await peer.sendTo(call.caller, 'two')];
    await session.frames.find(({ body }) => body.includes(`"id":${second.id},`));
    const copies = session.messages().filter(({ body }) => body.includes(`"id":${first.id},`));
    expect(copies).toHaveLength(1);
  };
  return { ...call, effect };
};

const silent: StompRecipe = async (world, name) => {
  const call = (await subscribe(() => '/user/queue/nothing')(world, name)) as FrameCall;
  const peer = await world.person('peer');
  const effect = async (session: StompSocket): Promise<void> => {
    await session.confirmed('SUBSCRIBE', { id: 'plain', destination: '/user/queue/reply' });
    await peer.sendTo(call.caller, 'one');
    await session.message('plain');
    expect(session.messages(ID)).toEqual([]);
  };
  return { ...call, effect };
};

const onlineNotice: StompRecipe = async (world, name) => {
  const late = await world.person('late');
  const provoke = async (): Promise<void> => (await world.tap(late)).close();
  const names = (body: unknown): boolean => (body as { sender?: string }).sender === late.username;
  return subscribe(() => '/topic/public', provoke, names)(world, name);
};

const idInUse: StompRecipe = async (world, name) => {
  const { caller, audience } = await shareRoom(world, name);
  const before = (session: StompSocket): Promise<void> =>
    session.confirmed('SUBSCRIBE', { id: ID, destination: '/user/queue/reply' });
  return { caller, frames: [subscribeFrame('/user/queue/read', ID)], before, audience };
};

/** Together with the errors' own, 256. */
const tooMany: StompRecipe = async (world, name) => {
  const { caller, audience } = await shareRoom(world, name);
  const before = async (session: StompSocket): Promise<void> => {
    for (let n = 2; n <= 255; n++) session.send('SUBSCRIBE', { id: `n${n}`, destination: `/user/queue/q${n}` });
    await session.confirmed('SUBSCRIBE', { id: 'n256', destination: '/user/queue/q256' });
  };
  return { caller, frames: [subscribeFrame('/user/queue/reply')], before, audience };
};

const LITERAL = [
  '/topic/**',
  '/topic/*',
  '/topic/{g}',
  '/queue/reply',
  '/queue/**',
  '/app/chat.send',
  '/user/*/queue/reply',
  '/user/queue/*',
  '/user/topic/public',
];

export const SUBSCRIBE_RECIPES: StompRecipes = {
  'SUBSCRIBE /user/queue/reply': own('reply', writeTo),
  'SUBSCRIBE /user/queue/read': own('read', readFrom),
  'SUBSCRIBE /user/queue/typing': own('typing', typeTo),
  'SUBSCRIBE /user/queue/errors': own('errors', blunder),
  'SUBSCRIBE /user/queue/events': own('events', ({ caller, peer }) => caller.sendTo(peer, 'my own')),
  'SUBSCRIBE /user/queue/{unknown}': silent,
  'SUBSCRIBE /user/{self}/queue/reply': underOwnName,
  'SUBSCRIBE /user/{other}/queue/reply': refused(({ target }) => `/user/${target.username}/queue/reply`),
  'SUBSCRIBE /topic/public': onlineNotice,
  'SUBSCRIBE /topic/{groupId}': groupTopic('', ({ owner, group }) => owner.sendToGroup(group.id, 'hello all')),
  'SUBSCRIBE /topic/{groupId}/typing': groupTopic('/typing', typeInRoom),
  ...Object.fromEntries(
    LITERAL.map((destination) => [`SUBSCRIBE ${destination} · literally`, refused(() => destination)]),
  ),
  'SUBSCRIBE with an id in use': idInUse,
  'SUBSCRIBE beyond 256': tooMany,
};
