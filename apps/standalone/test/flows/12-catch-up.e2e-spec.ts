import { Person } from '@app/testing';
import type { MessageDto, MessageSlice, SyncResponse } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('catch-up after an outage', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave()]));

  it('subscribe, fetch, merge: a killed socket misses nothing and doubles nothing', async () => {
    const seen = new Map<number, MessageDto>();
    const first = await bob.live();
    const before = await first.subscribe<MessageDto>('/user/queue/reply');
    const conversationId = (await alice.sendTo(bob, 'm1')).conversationId;
    await before.find();
    first.kill();
    await first.closes.find();
    for (const { body } of before.all) seen.set(body.id, body);
    for (let n = 2; n <= 20; n++) await alice.sendTo(bob, `m${n}`);
    const second = await bob.live();
    const after = await second.subscribe<MessageDto>('/user/queue/reply');
    const sending = Promise.all([21, 22, 23].map((n) => alice.sendTo(bob, `m${n}`)));
    const slice = await bob.rest.ok<MessageSlice>(
      'GET',
      `/api/chat/messages/${alice.id}/${bob.id}?afterSeq=${Math.max(...[...seen.values()].map((m) => m.seq))}&size=200`,
    );
    const sent = await sending;
    await after.find(({ body }) => body.seq === 23);
    for (const message of [...slice.content, ...after.all.map(({ body }) => body)]) seen.set(message.id, message);
    expect(sent.map((message) => message.conversationId)).toEqual([conversationId, conversationId, conversationId]);
    expect([...seen.values()].map((message) => message.seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 23 }, (_, i) => i + 1),
    );
  });

  it('sync answers what each conversation lacks in one round trip, and says what is too much', async () => {
    const sync = (conversations: Record<string, number>) =>
      bob.rest.ok<SyncResponse>('POST', '/api/chat/sync', { conversations });
    const id = `p:${Math.min(alice.id, bob.id)}:${Math.max(alice.id, bob.id)}`;
    const some = await sync({ [id]: 20, 'g:9007199254740991': 3 });
    expect(some.messages.map((message) => message.seq)).toEqual([21, 22, 23]);
    expect(some.removed).toEqual(['g:9007199254740991']);
    expect(some.limited).toEqual([]);
    expect(some.receipts.map((receipt) => receipt.conversationId)).toContain(id);
    const all = await sync({});
    expect(all.messages).toHaveLength(23);
    expect(all.epoch).toBe(some.epoch);
  });

  it('a cursor goes both ways and knows the end', async () => {
    const path = `/api/chat/messages/${alice.id}/${bob.id}`;
    const up = await bob.rest.ok<MessageSlice>('GET', `${path}?afterSeq=0&size=10`);
    expect([up.content[0]!.seq, up.content.at(-1)!.seq, up.hasMore, up.lastSeq]).toEqual([1, 10, true, 23]);
    const down = await bob.rest.ok<MessageSlice>('GET', `${path}?beforeSeq=4&size=10`);
    expect([down.content.map((message) => message.seq), down.hasMore]).toEqual([[3, 2, 1], false]);
  });
});
