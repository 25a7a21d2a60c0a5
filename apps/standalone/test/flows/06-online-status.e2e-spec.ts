import { Person } from '@app/testing';
import type { StatusDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

const urls = inject('urls');

describe('flow 6: online status', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave()]));

  const statusOf = async (asker: Person, ids: number[]) =>
    (await asker.rest.ok<StatusDto>('POST', '/api/users/status', { userIds: ids })).status;

  it('is offline, then online, then the time of leaving as digits', async () => {
    const unknown = 9_007_199_254_740_991;
    expect(await statusOf(alice, [bob.id, unknown])).toEqual({ [bob.id]: 'offline', [unknown]: 'offline' });
    const live = await bob.live();
    await vi.waitFor(async () => expect(await statusOf(alice, [bob.id])).toEqual({ [bob.id]: 'online' }));
    const before = Date.now();
    await live.disconnect();
    await vi.waitFor(async () => {
      const value = (await statusOf(alice, [bob.id]))[bob.id]!;
      expect(value).toMatch(/^\d{13}$/);
      expect(Math.abs(Number(value) - before)).toBeLessThan(60_000);
    }, 3_000);
  });

  it('with two sessions the user goes offline only after the last', async () => {
    const [first, second] = [await bob.live(), await bob.live({ transport: 'xhr-polling' })];
    await vi.waitFor(async () => expect(await statusOf(alice, [bob.id])).toEqual({ [bob.id]: 'online' }));
    await first.disconnect();
    expect(await statusOf(alice, [bob.id])).toEqual({ [bob.id]: 'online' });
    const online = await alice.rest.ok<string[]>('GET', '/api/chat/users/online');
    expect(online).toContain(bob.username);
    await second.disconnect();
    await vi.waitFor(async () => expect((await statusOf(alice, [bob.id]))[bob.id]).toMatch(/^\d+$/), 8_000);
  });

  it('someone who blocked the asker looks offline to them', async () => {
    await bob.live();
    await vi.waitFor(async () => expect(await statusOf(alice, [bob.id])).toEqual({ [bob.id]: 'online' }));
    await bob.rest.ok('POST', `/api/blocks/${alice.id}`);
    expect(await statusOf(alice, [bob.id])).toEqual({ [bob.id]: 'offline' });
    expect(await alice.rest.ok<string[]>('GET', '/api/chat/users/online')).not.toContain(bob.username);
    await bob.rest.ok('DELETE', `/api/blocks/${alice.id}`);
  });
});
