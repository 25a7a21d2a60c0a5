import { describe, expect, it } from 'vitest';
import { StompHarness } from './stomp-harness.spec-support.js';

/** A payload that counts how often it is encoded. */
function counted(value: unknown): { readonly payload: unknown; readonly encodings: () => number } {
  let encodings = 0;
  return {
    payload: {
      toJSON: (): unknown => {
        encodings++;
        return value;
      },
    },
    encodings: () => encodings,
  };
}

describe('SimpMessagingTemplate', () => {
  it('encodes the body of a broadcast once and shares one frame among subscribers with the same id', async () => {
    const stomp = new StompHarness();
    const connections = [];
    for (let i = 0; i < 1_000; i++)
      connections.push(await stomp.subscribed(`user${i}`, '/topic/1', i === 0 ? 'own' : 'sub-0'));
    const { payload, encodings } = counted({ text: 'é' });
    expect(stomp.template.convertAndSend('/topic/1', payload, { 'x-seq': 7 })).toBe(1_000);
    expect(encodings()).toBe(1);
    expect(new Set(connections.flatMap(({ writes }) => writes)).size).toBe(2);
    expect(connections[1]?.text()).toBe(
      'MESSAGE\nx-seq:7\ndestination:/topic/1\ncontent-type:application/json\nsubscription:sub-0\nmessage-id:broker-1\ncontent-length:13\n\n{"text":"é"}\0',
    );
  });

  it('shares frames among users as well, and none across versions', async () => {
    const stomp = new StompHarness();
    const connections = await Promise.all([
      stomp.connect('a', '1.2'),
      stomp.connect('b', '1.2'),
      stomp.connect('c', '1.0'),
    ]);
    for (const connection of connections) await stomp.subscribe(connection, '/user/queue/reply', 'r:1');
    const { payload, encodings } = counted(1);
    expect(stomp.template.convertAndSendToUsers(['a', 'b', 'c', 'nobody'], '/queue/reply', payload, { k: 'v:1' })).toBe(
      3,
    );
    expect(encodings()).toBe(1);
    const [first, second, third] = connections.map(({ writes }) => writes[0]);
    expect(second).toBe(first);
    expect(first?.toString()).toContain('k:v\\c1\n');
    expect(third?.toString()).toContain('k:v:1\n');
  });

  it.each([
    ['text', 'hi', {}, 'text/plain;charset=UTF-8', '2', 'hi', false],
    ['object', { v: 1 }, {}, 'application/json', '7', '{"v":1}', false],
    ['nothing', undefined, {}, 'application/json', '4', 'null', false],
    ['text with a type', '{}', { 'content-type': 'application/json' }, 'application/json', '2', '{}', false],
    ['bytes', new Uint8Array([120]), {}, 'application/octet-stream', '1', 'x', true],
    ['no bytes', new Uint8Array(), {}, 'application/octet-stream', '0', '', false],
  ])('%s', async (_, payload, headers, type, length, body, binary) => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/topic/1');
    stomp.template.convertAndSend('/topic/1', payload, headers);
    expect(connection.frames()).toMatchObject([{ headers: { 'content-type': type, 'content-length': length }, body }]);
    expect(connection.binaries.at(-1)).toBe(binary);
  });

  it('reaches only the recipients asked for', async () => {
    const stomp = new StompHarness();
    const [alice, bob] = [await stomp.subscribed('alice', '/topic/1'), await stomp.subscribed('bob', '/topic/1')];
    const sent = stomp.template.convertAndSend('/topic/1', 'x', {}, (session) => session.principal.name !== 'bob');
    expect(sent).toBe(1);
    expect(alice.frames()).toHaveLength(1);
    expect(bob.frames()).toHaveLength(0);
  });

  it('goes on when sessions end while they are delivered to', async () => {
    const stomp = new StompHarness({ limits: { sendBufferBytes: 10 } });
    const all = [];
    for (let i = 0; i < 5; i++) all.push(await stomp.subscribed(`user${i}`, '/topic/1'));
    for (const connection of all.slice(0, 3)) connection.stuck = true;
    expect(stomp.template.convertAndSend('/topic/1', 'x')).toBe(5);
    expect(all.map(({ closedWith }) => closedWith?.code)).toEqual([1013, 1013, 1013, undefined, undefined]);
    expect(stomp.template.convertAndSend('/topic/1', 'y')).toBe(2);
  });
});

describe('user queues', () => {
  it('reach all sessions of the user and nobody else, with the destination as subscribed', async () => {
    const stomp = new StompHarness();
    const phone = await stomp.subscribed('alice', '/user/queue/reply', '1');
    const laptop = await stomp.subscribed('alice', '/user/alice/queue/reply', '2');
    const others = [
      await stomp.subscribed('bob', '/user/queue/reply'),
      await stomp.subscribed('alice', '/user/queue/read'),
    ];
    expect(stomp.template.convertAndSendToUser('alice', '/queue/reply', 'x')).toBe(2);
    expect(stomp.template.convertAndSendToUser('ALICE', '/queue/reply', 'x')).toBe(0);
    expect(phone.frames()).toMatchObject([{ headers: { destination: '/user/queue/reply', subscription: '1' } }]);
    expect(laptop.frames()).toMatchObject([{ headers: { destination: '/user/alice/queue/reply', subscription: '2' } }]);
    for (const other of others) expect(other.writes).toEqual([]);
  });

  it.each([
    ['own name first', ['/user/alice/queue/reply', '/user/queue/reply']],
    ['own name last', ['/user/queue/reply', '/user/alice/queue/reply']],
  ])('give a session that subscribed to both forms each message once, on the plain one (%s)', async (_, forms) => {
    const stomp = new StompHarness();
    const connection = await stomp.connect('alice');
    for (const form of forms) await stomp.subscribe(connection, form, form);
    stomp.template.convertAndSendToUser('alice', '/queue/reply', 'x');
    expect(connection.frames().map(({ headers }) => headers['subscription'])).toEqual(['/user/queue/reply']);
    connection.receive('UNSUBSCRIBE\nid:/user/queue/reply\n\n\0');
    stomp.template.convertAndSendToUser('alice', '/queue/reply', 'y');
    expect(connection.frames().map(({ headers }) => headers['subscription'])).toEqual([
      '/user/queue/reply',
      '/user/alice/queue/reply',
    ]);
  });

  it('of one session only', async () => {
    const stomp = new StompHarness();
    const [one, other] = [
      await stomp.subscribed('alice', '/user/queue/reply'),
      await stomp.subscribed('alice', '/user/queue/reply'),
    ];
    expect(stomp.template.convertAndSendToSession(stomp.session(one), '/queue/reply', 'x')).toBe(1);
    expect(one.frames()).toHaveLength(1);
    expect(other.frames()).toHaveLength(0);
  });
});
