import { Person } from '@app/testing';
import type { BlockDto, ErrorBody, LiveError, MessageDto, Page, TypingNotification } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 10: blocks', () => {
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

  it('bites on the very next message, in both directions, by REST and live', async () => {
    await alice.sendTo(bob, 'before');
    const block = await bob.rest.ok<BlockDto>('POST', `/api/blocks/${alice.id}`);
    expect([block.user.id, block.blockedUser.id]).toEqual([bob.id, alice.id]);
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const refused = await from.rest.post<ErrorBody>('/api/chat/messages', {
        receiver: { id: to.id },
        content: 'after',
      });
      expect([refused.status, refused.body.code]).toEqual([403, 'BLOCKED']);
      const live = await from.live();
      const errors = await live.subscribe<LiveError>('/user/queue/errors');
      await live.send('/app/chat.send', { receiver: { id: to.id }, content: 'after' }, { receipt: false });
      await live.send('/app/chat.sendMessage', { receiver: to.username, content: 'after' }, { receipt: false });
      const [durable, direct] = await errors.collect(2);
      expect([durable!.body.code, direct!.body.code]).toEqual(['BLOCKED', 'BLOCKED']);
      await live.disconnect();
    }
    const history = await bob.rest.ok<Page<MessageDto>>('GET', `/api/chat/messages/${alice.id}/${bob.id}`);
    expect(history.content.map((message) => message.content)).toEqual(['before']);
  });

  it('drops typing silently', async () => {
    const inbox = await (await bob.live()).subscribe<TypingNotification>('/user/queue/typing');
    const [aliceLive, carolLive] = [await alice.live(), await carol.live()];
    await aliceLive.send('/app/chat.typing', { receiver: bob.username, typing: true });
    await carolLive.send('/app/chat.typing', { receiver: bob.username, typing: true });
    await inbox.find(({ body }) => body.sender === carol.username);
    expect(inbox.all.map(({ body }) => body.sender)).toEqual([carol.username]);
  });

  it('lists one’s own blocks and lifts them', async () => {
    const page = await bob.rest.ok<Page<BlockDto>>('GET', '/api/blocks');
    expect(page.content.map((block) => block.blockedUser.id)).toEqual([alice.id]);
    expect((await alice.rest.delete(`/api/blocks/${bob.id}`)).status).toBe(404);
    await bob.rest.ok('DELETE', `/api/blocks/${alice.id}`);
    await alice.sendTo(bob, 'friends again');
  });
});
