import 'reflect-metadata';
import type { GroupEvent, MessageDto, ReadEvent } from '@app/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { GroupAudience } from './group-audience.js';
import type { GroupAudienceRepository } from './group-audience.repository.js';
import { LivePusher } from './live-pusher.js';
import { LiveSockets } from './live-sockets.fixture.js';

let live: LiveSockets;
let members: Set<number>;
let version: number;
let reads: number;
let pusher: LivePusher;

beforeEach(() => {
  live = LiveSockets.alone();
  members = new Set([1, 2, 3]);
  version = 1;
  reads = 0;
  const repository = {
    find: async () => {
      reads++;
      return { version, userIds: new Set(members) };
    },
  };
  const audience = new GroupAudience(repository as unknown as GroupAudienceRepository);
  pusher = new LivePusher(live.template, live.parts.users, live.parts.registry, audience);
});

const user = (id: number) => ({ id, username: `user${id}` });
const message = (fields: Partial<MessageDto> = {}): MessageDto => ({
  id: 70,
  sender: user(1),
  receiver: user(2),
  groupId: null,
  content: 'hi',
  timestamp: '2026-01-01T00:00:00.000Z',
  type: 'CHAT',
  status: 'DELIVERED',
  conversationId: 'p:1:2',
  seq: 4,
  clientMsgId: 'c-1',
  ...fields,
});
const groupMessage = (seq = 1): MessageDto => message({ receiver: null, groupId: 9, conversationId: 'g:9', seq });
const groupEvent = (kind: GroupEvent['kind'], userIds: number[]): GroupEvent => ({
  v: 1,
  kind,
  conversationId: 'g:9',
  membershipVersion: version,
  groupId: 9,
  name: 'team',
  createdBy: 1,
  userIds,
});

describe('LivePusher, messages', () => {
  it('brings a private message to all of the receiver on /queue/reply and to all of the sender as MESSAGE_SENT', async () => {
    const [sender, otherDevice, receiver, receiverToo, stranger] = [
      await live.connect(1),
      await live.connect(1),
      await live.connect(2),
      await live.connect(2),
      await live.connect(3),
    ];
    await pusher.pushMessage(message(), 0);
    for (const socket of [receiver, receiverToo]) {
      expect(socket.messages()).toEqual([
        {
          destination: '/user/queue/reply',
          body: message(),
          headers: expect.objectContaining({ 'x-conversation': 'p:1:2', 'x-seq': '4' }),
        },
      ]);
    }
    for (const socket of [sender, otherDevice]) {
      expect(socket.messages().map(({ destination, body }) => [destination, body])).toEqual([
        ['/user/queue/events', { kind: 'MESSAGE_SENT', message: message() }],
      ]);
    }
    expect(stranger.messages()).toEqual([]);
  });

  it('brings a group message to the topic, the sender included, who also gets MESSAGE_SENT', async () => {
    const [sender, member] = [await live.connect(1, '/topic/9'), await live.connect(2, '/topic/9')];
    const elsewhere = await live.connect(3, '/topic/8');
    await pusher.pushMessage(groupMessage(), 1);
    expect(member.messages().map(({ destination, body }) => [destination, body])).toEqual([
      ['/topic/9', groupMessage()],
    ]);
    expect(member.messages()[0]!.headers).toMatchObject({ 'x-conversation': 'g:9', 'x-seq': '1' });
    expect(sender.messages().map(({ destination }) => destination)).toEqual(['/topic/9', '/user/queue/events']);
    expect(elsewhere.messages()).toEqual([]);
  });

  it('passes over subscribers who are no members, at every message', async () => {
    const [former, member] = [await live.connect(4, '/topic/9'), await live.connect(2, '/topic/9')];
    await pusher.pushMessage(groupMessage(1), 1);
    const late = await live.connect(4, '/topic/9');
    await pusher.pushMessage(groupMessage(2), 1);
    expect([former.messages(), late.messages()]).toEqual([[], []]);
    expect(member.messages('/topic/9')).toHaveLength(2);
  });

  it('reads the members again when the message is newer than what it knows, and only then', async () => {
    const [leaver, member] = [await live.connect(3, '/topic/9'), await live.connect(2, '/topic/9')];
    await pusher.pushMessage(groupMessage(1), 1);
    expect(pusher.pushMessage(groupMessage(2), 1)).toBeUndefined();
    expect(reads).toBe(1);
    members.delete(3);
    version = 2;
    await pusher.pushMessage(groupMessage(3), 2);
    expect(reads).toBe(2);
    expect(leaver.bodies<MessageDto>('/topic/9').map(({ seq }) => seq)).toEqual([1, 2]);
    expect(member.bodies<MessageDto>('/topic/9').map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('tells a sender nothing of a group that the sender has left', async () => {
    members.delete(1);
    const sender = await live.connect(1, '/topic/9');
    await pusher.pushMessage(groupMessage(), 1);
    expect(sender.messages()).toEqual([]);
  });

  it('reads no members for a group without listeners here', async () => {
    await live.connect(2);
    expect(pusher.pushMessage(groupMessage(), 1)).toBeUndefined();
    expect(reads).toBe(0);
  });
});

describe('LivePusher, receipts', () => {
  const read = (conversationId: string): ReadEvent => ({
    v: 1,
    kind: 'read',
    conversationId,
    membershipVersion: 1,
    readerId: 2,
    reader: 'user2',
    readSeq: 5,
    unreadCount: 0,
    receipts: [1, 3].map((senderId) => ({
      senderId,
      messageId: 70 + senderId,
      sender: `user${senderId}`,
      receiver: 'user2',
      conversationId,
      seq: senderId,
    })),
  });

  it('brings each sender its receipts and the reader its own new state', async () => {
    const [sender, reader, other] = [await live.connect(1), await live.connect(2), await live.connect(3)];
    await pusher.pushRead(read('p:1:2'));
    expect(sender.messages().map(({ destination, body }) => [destination, body])).toEqual([
      ['/user/queue/read', { messageId: 71, sender: 'user1', receiver: 'user2', conversationId: 'p:1:2', seq: 1 }],
    ]);
    expect(reader.messages().map(({ destination, body }) => [destination, body])).toEqual([
      ['/user/queue/events', { kind: 'READ', conversationId: 'p:1:2', readSeq: 5, unreadCount: 0 }],
    ]);
    expect(other.bodies('/user/queue/read')).toHaveLength(1);
  });

  it('brings no receipt of a group to a sender who has left it', async () => {
    members.delete(3);
    const [member, former] = [await live.connect(1), await live.connect(3)];
    await pusher.pushRead(read('g:9'));
    expect(member.bodies('/user/queue/read')).toHaveLength(1);
    expect(former.messages()).toEqual([]);
  });
});

describe('LivePusher, groups', () => {
  it.each([
    ['group-added', 'GROUP_ADDED'],
    ['group-removed', 'GROUP_REMOVED'],
    ['group-renamed', 'GROUP_RENAMED'],
    ['group-owner', 'GROUP_OWNER'],
  ] as const)('tells the users of %s, and nobody else', async (kind, live_kind) => {
    const [first, second, other] = [await live.connect(2), await live.connect(3), await live.connect(1)];
    await pusher.pushGroup(groupEvent(kind, [2, 3]));
    for (const socket of [first, second]) {
      expect(socket.bodies('/user/queue/events')).toEqual([
        { kind: live_kind, group: { id: 9, name: 'team', createdBy: 1 } },
      ]);
    }
    expect(other.messages()).toEqual([]);
  });

  it('ends the subscriptions of those who are no members any more, and of nobody else', async () => {
    members.delete(3);
    const [removed, member] = [
      await live.connect(3, '/topic/9', '/topic/9/typing', '/topic/8'),
      await live.connect(2, '/topic/9', '/topic/9/typing'),
    ];
    await pusher.pushGroup(groupEvent('group-removed', [2, 3]));
    expect(live.destinationsOf(removed).filter((topic) => topic.startsWith('/topic/'))).toEqual(['/topic/8']);
    expect(live.destinationsOf(member).filter((topic) => topic.startsWith('/topic/'))).toEqual([
      '/topic/9',
      '/topic/9/typing',
    ]);
  });
});
