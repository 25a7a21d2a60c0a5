import { Person } from '@app/testing';
import type { ChatMessage, LiveError, LiveEvent, MessageDto, TypingNotification } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('live delivery', () => {
  let alice: Person;
  let bob: Person;
  let carol: Person;
  beforeAll(async () => {
    [alice, bob, carol] = [
      await Person.join(urls, 'alice'),
      await Person.join(urls, 'bob'),
      await Person.join(urls, 'carol'),
    ];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave(), carol.leave()]));

  it('/app/chat.send is stored before its RECEIPT and comes back as MESSAGE_SENT', async () => {
    const live = await alice.live();
    const events = await live.subscribe<LiveEvent>('/user/queue/events');
    const inbox = await (await bob.live()).subscribe<MessageDto>('/user/queue/reply');
    await live.send('/app/chat.send', {
      receiver: { username: bob.username },
      content: 'durable',
      clientMsgId: 'live-1',
    });
    const history = await bob.rest.ok<{ content: MessageDto[] }>('GET', `/api/chat/messages/${alice.id}/${bob.id}`);
    const stored = history.content.at(-1)!;
    expect(stored).toMatchObject({ content: 'durable', clientMsgId: 'live-1' });
    expect((await inbox.find()).body).toEqual(stored);
    expect((await events.find(({ body }) => body.kind === 'MESSAGE_SENT')).body).toEqual({
      kind: 'MESSAGE_SENT',
      message: stored,
    });
  });

  it('/app/chat.sendMessage reaches the receiver with the true sender and is not stored', async () => {
    const inbox = await (await bob.live()).subscribe<ChatMessage>('/user/queue/reply');
    const live = await alice.live();
    await live.send('/app/chat.sendMessage', {
      type: 'LEAVE',
      sender: 'mallory',
      receiver: bob.username,
      content: 'direct',
    });
    expect((await inbox.find()).body).toEqual({
      type: 'CHAT',
      content: 'direct',
      sender: alice.username,
      receiver: bob.username,
      groupId: null,
    });
    const history = await bob.rest.ok<{ content: MessageDto[] }>('GET', `/api/chat/messages/${alice.id}/${bob.id}`);
    expect(history.content.map((message) => message.content)).not.toContain('direct');
  });

  it('typing reaches the receiver, and in a group the members', async () => {
    const group = await alice.makeGroup('typists', [bob]);
    const bobLive = await bob.live();
    const own = await bobLive.subscribe<TypingNotification>('/user/queue/typing');
    const inGroup = await bobLive.subscribe<TypingNotification>(`/topic/${group.id}/typing`);
    const live = await alice.live();
    await live.send('/app/chat.typing', { sender: 'mallory', receiver: bob.username, typing: true });
    await live.send('/app/chat.typing', { groupId: group.id, typing: false });
    expect((await own.find()).body).toEqual({
      sender: alice.username,
      receiver: bob.username,
      groupId: null,
      typing: true,
    });
    expect((await inGroup.find()).body).toEqual({
      sender: alice.username,
      receiver: null,
      groupId: group.id,
      typing: false,
    });
  });

  it.each([
    ['/topic/public', 'DESTINATION_NOT_ALLOWED'],
    ['/user/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/app/chat.unknown', 'UNKNOWN_DESTINATION'],
  ])('a SEND to %s is refused with %s and the socket stays', async (destination, code) => {
    const live = await alice.live();
    const errors = await live.subscribe<LiveError>('/user/queue/errors');
    await live.send(destination, { content: 'x' }, { receipt: false });
    expect((await errors.find()).body).toMatchObject({ code, destination });
    await live.subscribe('/topic/public');
    await live.disconnect();
  });

  it.each([
    '/topic/*',
    '/topic/**',
    '/queue/**',
    '/queue/reply-user1',
    '/app/chat.send',
    '/user/someone-else/queue/reply',
  ])('a SUBSCRIBE to %s is refused', async (destination) => {
    const live = await carol.live();
    const errors = await live.subscribe<LiveError>('/user/queue/errors');
    live.watch(destination);
    expect((await errors.find()).body.destination).toBe(destination);
    await live.disconnect();
  });

  it('a refreshed token keeps a live socket; a logout ends it with ERROR', async () => {
    const live = await carol.live({ token: await carol.logIn() });
    const fresh = await carol.logIn();
    await live.send('/app/auth.refresh', { token: fresh });
    await carol.at(urls.gateway).request('POST', '/api/auth/logout', { headers: { authorization: `Bearer ${fresh}` } });
    expect((await live.errors.find(undefined, 2_000)).headers['message']).toBe('session ended');
    await live.closes.find();
  });
});
