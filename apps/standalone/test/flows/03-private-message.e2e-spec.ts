import { Person, LIVE_TRANSPORTS } from '@app/testing';
import type { LiveEvent, MessageDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 3: private message', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave()]));

  it.each(LIVE_TRANSPORTS)('a POST reaches the receiver over %s, once, as it was answered', async (transport) => {
    const live = await bob.live({ transport });
    const inbox = await live.subscribe<MessageDto>('/user/queue/reply');
    const content = `hello over ${transport} – ünï😀`;
    const sent = await alice.sendTo(bob, content, `flow3-${transport}`);
    expect(sent).toMatchObject({
      content,
      status: 'DELIVERED',
      type: 'CHAT',
      groupId: null,
      clientMsgId: `flow3-${transport}`,
    });
    expect(sent.sender).toEqual({ id: alice.id, username: alice.username });
    expect(sent.receiver).toEqual({ id: bob.id, username: bob.username });
    const pushed = await inbox.find((message) => message.body.id === sent.id);
    expect(pushed.body).toEqual(sent);
    const next = await alice.sendTo(bob, 'the next one');
    await inbox.find((message) => message.body.id === next.id);
    expect(inbox.all.filter((message) => message.body.id === sent.id)).toHaveLength(1);
    await live.disconnect();
  });

  it('the old form /user/{name}/queue/reply and the new one give each message once', async () => {
    const live = await bob.live();
    const named = await live.subscribe<MessageDto>(`/user/${bob.username}/queue/reply`);
    const plain = await live.subscribe<MessageDto>('/user/queue/reply');
    const sent = await alice.sendTo(bob, 'only once');
    const last = await alice.sendTo(bob, 'marker');
    await plain.find((message) => message.body.id === last.id);
    expect(plain.all.filter((message) => message.body.id === sent.id)).toHaveLength(1);
    expect(named.all).toHaveLength(0);
  });

  it('the sender sees it on all own sessions as MESSAGE_SENT and never on /queue/reply', async () => {
    const live = await alice.live();
    const events = await live.subscribe<LiveEvent>('/user/queue/events');
    const replies = await live.subscribe<MessageDto>('/user/queue/reply');
    const sent = await alice.sendTo(bob, 'from my other device');
    const event = await events.find(({ body }) => body.kind === 'MESSAGE_SENT' && body.message.id === sent.id);
    expect(event.body).toEqual({ kind: 'MESSAGE_SENT', message: sent });
    expect(replies.all).toHaveLength(0);
  });

  it('the same clientMsgId again answers the first message; other content is 409', async () => {
    const first = await alice.sendTo(bob, 'idempotent', 'flow3-same');
    expect(await alice.sendTo(bob, 'idempotent', 'flow3-same')).toEqual(first);
    const other = await alice.rest.post('/api/chat/messages', {
      receiver: { id: bob.id },
      content: 'x',
      clientMsgId: 'flow3-same',
    });
    expect(other.status).toBe(409);
  });

  it('is read back in seq order without a gap', async () => {
    const page = await bob.rest.ok<{ content: MessageDto[]; totalElements: number }>(
      'GET',
      `/api/chat/messages/${bob.id}/${alice.id}?size=100`,
    );
    expect(page.content.map((message) => message.seq)).toEqual(page.content.map((_, index) => index + 1));
    expect(page.totalElements).toBe(page.content.length);
  });
});
