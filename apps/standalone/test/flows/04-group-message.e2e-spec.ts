import { Person } from '@app/testing';
import type { GroupDto, LiveError, LiveEvent, MessageDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 4: group message', () => {
  let alice: Person;
  let bob: Person;
  let carol: Person;
  let group: GroupDto;
  beforeAll(async () => {
    [alice, bob, carol] = [
      await Person.join(urls, 'alice'),
      await Person.join(urls, 'bob'),
      await Person.join(urls, 'carol'),
    ];
    group = await alice.makeGroup('flow four', [bob]);
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave(), carol.leave()]));

  it('reaches every member on /topic/{groupId}, the sender too', async () => {
    const inboxes = await Promise.all(
      [alice, bob].map(async (person) => (await person.live()).subscribe<MessageDto>(`/topic/${group.id}`)),
    );
    const sent = await alice.sendToGroup(group.id, 'hello group');
    expect(sent).toMatchObject({ groupId: group.id, receiver: null, conversationId: `g:${group.id}` });
    for (const inbox of inboxes) expect((await inbox.find()).body).toEqual(sent);
  });

  it('is refused to a stranger, by REST and live', async () => {
    expect((await carol.rest.post('/api/chat/messages', { groupId: group.id, content: 'let me in' })).status).toBe(403);
    const live = await carol.live();
    const errors = await live.subscribe<LiveError>('/user/queue/errors');
    const spied = live.watch<MessageDto>(`/topic/${group.id}`);
    expect((await errors.find()).body).toMatchObject({ code: 'NOT_A_MEMBER', destination: `/topic/${group.id}` });
    const bobs = await (await bob.live()).subscribe<MessageDto>(`/topic/${group.id}`);
    await alice.sendToGroup(group.id, 'members only');
    await bobs.find(({ body }) => body.content === 'members only');
    expect(spied.all).toHaveLength(0);
  });

  it('a new member sees all history; a removed one gets nothing more within a second', async () => {
    await alice.rest.ok('POST', `/api/contacts/${carol.id}`);
    const carolLive = await carol.live();
    const events = await carolLive.subscribe<LiveEvent>('/user/queue/events');
    await alice.rest.ok('POST', `/api/groups/${group.id}/users/${carol.id}`);
    await events.find(({ body }) => body.kind === 'GROUP_ADDED' && body.group.id === group.id);
    const history = await carol.rest.ok<{ content: MessageDto[] }>('GET', `/api/chat/messages/${group.id}`);
    expect(history.content[0]?.content).toBe('hello group');
    const inbox = await carolLive.subscribe<MessageDto>(`/topic/${group.id}`);
    await alice.rest.ok('DELETE', `/api/groups/${group.id}/users/${carol.id}`);
    await events.find(({ body }) => body.kind === 'GROUP_REMOVED' && body.group.id === group.id);
    const bobs = await (await bob.live()).subscribe<MessageDto>(`/topic/${group.id}`);
    await alice.sendToGroup(group.id, 'without carol');
    await bobs.find(({ body }) => body.content === 'without carol');
    expect(inbox.all).toHaveLength(0);
    expect((await carol.rest.get(`/api/chat/messages/${group.id}`)).status).toBe(403);
  });
});
