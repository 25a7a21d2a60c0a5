import { Person } from '@app/testing';
import type { ConversationDto, GroupDto, MessageDto, Page, UserDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

const urls = inject('urls');

describe('accounts', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave()]));

  it('the profile keeps absent fields, and contacts are told', async () => {
    await alice.rest.ok('POST', `/api/contacts/${bob.id}`);
    const events = await (await alice.live()).subscribe<{ kind: string; user?: { id: number } }>('/user/queue/events');
    await bob.rest.ok('PUT', '/api/auth/profile', { about: 'hi', profilePictureUrl: 'https://example.test/b.png' });
    const profile = await bob.rest.ok<UserDto>('PUT', '/api/auth/profile', { about: 'hello' });
    expect(profile).toMatchObject({ about: 'hello', profilePictureUrl: 'https://example.test/b.png' });
    await events.find(({ body }) => body.kind === 'PROFILE_CHANGED' && body.user?.id === bob.id);
  });

  it('a deleted account ends at once on every socket; its messages stay, its group gets a new owner', async () => {
    const gone = await Person.join(urls, 'gone');
    const sent = await gone.sendTo(alice, 'remember me');
    const group = await gone.makeGroup('orphans', [alice, bob]);
    const live = await gone.live();
    await live.subscribe('/user/queue/reply');
    await gone.rest.ok('DELETE', '/api/auth/profile', { password: gone.password });
    expect((await live.errors.find(undefined, 2_000)).headers['message']).toBe('session ended');
    expect((await gone.rest.get('/api/auth/profile')).status).toBe(401);
    const history = await alice.rest.ok<Page<MessageDto>>('GET', `/api/chat/messages/${alice.id}/${gone.id}`);
    expect(history.content[0]).toMatchObject({
      id: sent.id,
      content: 'remember me',
      sender: { username: `deleted-${gone.id}` },
    });
    const list = await alice.rest.ok<ConversationDto[]>('GET', '/api/chat/conversations');
    expect(list.find((item) => item.id === gone.id)?.name).toBe(`deleted-${gone.id}`);
    expect((await alice.rest.post('/api/chat/messages', { receiver: { id: gone.id }, content: 'x' })).status).toBe(404);
    await vi.waitFor(async () => {
      const now = await alice.rest.ok<GroupDto>('GET', `/api/groups/${group.id}`);
      expect([now.createdBy, now.users.map((user) => user.id)]).toEqual([alice.id, [alice.id, bob.id]]);
    }, 3_000);
    const taken = await alice.rest.post('/api/auth/register', {
      username: gone.username,
      email: `again-${gone.email}`,
      password: 'correct horse',
    });
    expect(taken.status).toBe(409);
  });

  it('a password change ends all tokens but the caller’s', async () => {
    const dave = await Person.join(urls, 'dave');
    const other = await dave.logIn();
    await dave.rest.ok('PUT', '/api/auth/password', { oldPassword: dave.password, newPassword: 'another horse' });
    await vi.waitFor(async () =>
      expect(
        (
          await dave
            .at(urls.gateway)
            .request('GET', '/api/auth/profile', { headers: { authorization: `Bearer ${other}` } })
        ).status,
      ).toBe(401),
    );
    expect((await dave.rest.get('/api/auth/profile')).status).toBe(200);
  });
});
