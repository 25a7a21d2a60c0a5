import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupDtoSchema, GroupMemberPageSchema, type GroupDto, type GroupEvent } from '@app/contracts';
import { GroupMembers } from '../src/groups/index.js';
import { ChatReadsFixture, outcome, type Answer, type Person } from './chat-reads.fixture.js';

describe('groups', () => {
  let chat: ChatReadsFixture;
  let owner: Person;
  let member: Person;
  let former: Person;
  let stranger: Person;
  let contact: Person;
  let group: GroupDto;

  beforeAll(async () => {
    chat = await ChatReadsFixture.start({ groupMaxMembers: 5 });
    [owner, member, former, stranger, contact] = await chat.joinMany(5);
    group = await owner.makesGroup([member, former], 'crew');
    await owner.adds(contact);
    await call(former, 'DELETE', `/users/${former.id}`);
  });
  afterAll(() => chat.stop());

  const call = (person: Person, method: string, path = '', body?: unknown, id: unknown = group.id): Promise<Answer> =>
    person.call(method, `/api/groups/${String(id)}${path}`, body);
  const idsOf = ({ users }: GroupDto): number[] => users.map((user) => user.id);
  const groupEvents = async (id: number): Promise<Pick<GroupEvent, 'kind' | 'userIds' | 'membershipVersion'>[]> => {
    const events = (await chat.listEvents(
      'group-added',
      'group-removed',
      'group-renamed',
      'group-owner',
    )) as GroupEvent[];
    return events
      .filter((event) => event.groupId === id)
      .map(({ kind, userIds, membershipVersion }) => ({ kind, userIds, membershipVersion }));
  };
  const tablesOf = async (id: number) => ({
    groupUsers: await chat.query('SELECT user_id FROM group_users WHERE group_id = ? ORDER BY user_id', [id]),
    open: await chat.query(
      'SELECT user_id FROM memberships m JOIN conversations c ON c.id = m.conversation_id WHERE c.group_id = ? AND left_seq IS NULL ORDER BY user_id',
      [id],
    ),
  });

  it('are made with their creator as the first member', async () => {
    const made = GroupDtoSchema.parse(
      await stranger.post('/api/groups', { name: 'new', id: 7, createdBy: owner.id, users: [{ id: owner.id }] }),
    );
    expect(made).toMatchObject({ name: 'new', createdBy: stranger.id });
    expect(made.users).toEqual([
      {
        id: stranger.id,
        username: stranger.username,
        profilePictureUrl: `https://pictures.test/${stranger.username}`,
        about: null,
      },
    ]);
    expect(await groupEvents(made.id)).toEqual([{ kind: 'group-added', userIds: [stranger.id], membershipVersion: 1 }]);
  });

  it('have a name of 1 to 100 characters', async () => {
    expect((await owner.call('POST', '/api/groups', { name: 'x'.repeat(100) })).status).toBe(200);
    for (const name of ['', '   ', 'x'.repeat(101), 'a\nb', 7, null])
      expect(outcome(await owner.call('POST', '/api/groups', { name }))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await owner.call('POST', '/api/groups'))).toBe('400 VALIDATION_FAILED');
  });

  it('are read by members, renamed by the creator', async () => {
    expect(GroupDtoSchema.parse((await call(member, 'GET')).body)).toEqual(
      GroupDtoSchema.parse((await call(owner, 'GET')).body),
    );
    const renamed = GroupDtoSchema.parse((await call(owner, 'PUT', '', { name: 'team', createdBy: member.id })).body);
    expect(renamed).toMatchObject({ id: group.id, name: 'team', createdBy: owner.id });
    expect((await groupEvents(group.id)).at(-1)).toMatchObject({
      kind: 'group-renamed',
      userIds: [owner.id, member.id],
    });
    const before = await chat.dump();
    expect((await call(owner, 'PUT', '', { name: 'team' })).status).toBe(200);
    expect(await chat.dump()).toEqual(before);
  });

  it('list their members by page', async () => {
    const page = GroupMemberPageSchema.parse((await call(member, 'GET', '/members?size=1&page=1')).body);
    expect(page).toMatchObject({ totalElements: 2, totalPages: 2, content: [{ id: member.id }] });
    const sorted = GroupMemberPageSchema.parse((await call(member, 'GET', '/members?sort=username,desc')).body);
    expect(sorted.content.map((user) => user.id)).toEqual([member.id, owner.id]);
    expect(outcome(await call(member, 'GET', '/members?sort=email'))).toBe('400 VALIDATION_FAILED');
  });

  describe('refuse', () => {
    const name = { name: 'mine' };
    const rows: [what: string, method: string, path: () => string, body?: unknown][] = [
      ['to be read', 'GET', () => ''],
      ['to show their members', 'GET', () => '/members'],
      ['to be renamed', 'PUT', () => '', name],
      ['to take one in', 'POST', () => `/users/${contact.id}`],
      ['to take several in', 'POST', () => '/users', { userIds: [1] }],
      ['to put one out', 'DELETE', () => `/users/${member.id}`],
      ['to be handed over', 'POST', () => `/owner/${member.id}`],
    ];

    it.each(rows)(
      '%s for strangers, former members and without a token, and change nothing',
      async (_what, method, path, body) => {
        const before = await chat.dump();
        for (const person of [stranger, former])
          expect(outcome(await call(person, method, path(), body))).toBe('403 NOT_A_MEMBER');
        expect(outcome(await chat.call(method, `/api/groups/${group.id}${path()}`, null, body))).toBe(
          '401 UNAUTHENTICATED',
        );
        expect(outcome(await call(owner, method, path(), body, 999_999))).toBe('404 NOT_FOUND');
        for (const id of ['x', '0', '-1', '1e3', '9007199254740993'])
          expect(outcome(await call(owner, method, path(), body, id))).toBe('400 VALIDATION_FAILED');
        expect(await chat.dump()).toEqual(before);
      },
    );

    it.each(rows.slice(2))('%s for members who are not the creator', async (_what, method, path, body) => {
      const before = await chat.dump();
      const answer = await call(member, method, path().replace(`/users/${member.id}`, `/users/${owner.id}`), body);
      expect(outcome(answer)).toBe('403 FORBIDDEN');
      expect(await chat.dump()).toEqual(before);
    });
  });

  describe('take in', () => {
    it('contacts of the creator, who are members then in every table', async () => {
      const own = await owner.makesGroup([], 'taking');
      const answer = await call(owner, 'POST', `/users/${contact.id}`, undefined, own.id);
      expect(idsOf(answer.body as GroupDto)).toEqual([owner.id, contact.id]);
      const ids = [{ user_id: owner.id }, { user_id: contact.id }];
      expect(await tablesOf(own.id)).toEqual({ groupUsers: ids, open: ids });
      expect((await groupEvents(own.id)).at(-1)).toEqual({
        kind: 'group-added',
        userIds: [contact.id],
        membershipVersion: 2,
      });
      expect((await contact.send({ groupId: own.id })).seq).toBe(1);
    });

    it('a member once only, whoever asks how often', async () => {
      const own = await owner.makesGroup([contact], 'once');
      const before = await chat.dump();
      expect(
        idsOf((await call(owner, 'POST', `/users/${contact.id}`, undefined, own.id)).body as GroupDto),
      ).toHaveLength(2);
      expect((await call(owner, 'POST', `/users/${owner.id}`, undefined, own.id)).status).toBe(200);
      expect((await call(owner, 'POST', '/users', { userIds: [contact.id, owner.id] }, own.id)).status).toBe(200);
      expect(await chat.dump()).toEqual(before);
    });

    it('no strangers, no unknown or deleted users, nobody across a block', async () => {
      const own = await owner.makesGroup([], 'picky');
      const [blocker, blocked, deleted] = await chat.joinMany(3);
      for (const person of [blocker, blocked, deleted]) await owner.adds(person);
      await blocker.blocks(owner);
      await owner.blocks(blocked);
      await deleted.deletesAccount();
      const before = await chat.dump();
      const add = (id: number): Promise<Answer> => call(owner, 'POST', `/users/${id}`, undefined, own.id);
      expect(outcome(await add(stranger.id))).toBe('400 NOT_A_CONTACT');
      expect(outcome(await add(999_999))).toBe('404 NOT_FOUND');
      expect(outcome(await add(deleted.id))).toBe('404 NOT_FOUND');
      expect(outcome(await add(blocker.id))).toBe('403 BLOCKED');
      expect(outcome(await add(blocked.id))).toBe('403 BLOCKED');
      expect(await chat.dump()).toEqual(before);
    });

    it('several, all of them or none', async () => {
      const own = await owner.makesGroup([], 'all');
      const before = await chat.dump();
      const addAll = (userIds: unknown): Promise<Answer> => call(owner, 'POST', '/users', { userIds }, own.id);
      expect(outcome(await addAll([contact.id, stranger.id]))).toBe('400 NOT_A_CONTACT');
      expect(outcome(await addAll([contact.id, 999_999]))).toBe('404 NOT_FOUND');
      for (const userIds of [[], Array.from({ length: 101 }, (_, n) => n + 1), [0], ['1'], null])
        expect(outcome(await addAll(userIds))).toBe('400 VALIDATION_FAILED');
      expect(await chat.dump()).toEqual(before);
      const added = await addAll([contact.id, member.id, contact.id]);
      expect(idsOf(added.body as GroupDto)).toEqual([owner.id, member.id, contact.id]);
      expect((await groupEvents(own.id)).at(-1)?.userIds).toEqual([contact.id, member.id]);
    });

    it('as many as they hold, and not one more', async () => {
      const people = await chat.joinMany(5);
      const own = await owner.makesGroup(people.slice(0, 3), 'small');
      for (const person of people.slice(3)) await owner.adds(person);
      const addAll = (userIds: number[]): Promise<Answer> => call(owner, 'POST', '/users', { userIds }, own.id);
      expect(outcome(await addAll([people[3].id, people[4].id]))).toBe('409 GROUP_FULL');
      expect((await addAll([people[3].id])).status).toBe(200);
      expect(outcome(await call(owner, 'POST', `/users/${people[4].id}`, undefined, own.id))).toBe('409 GROUP_FULL');
      await call(people[0], 'DELETE', `/users/${people[0].id}`, undefined, own.id);
      expect((await addAll([people[4].id])).status).toBe(200);
    });

    it('the same number when everyone is added at the same time', async () => {
      const people = await chat.joinMany(6);
      const own = await owner.makesGroup([], 'rush');
      for (const person of people) await owner.adds(person);
      const answers = await Promise.all(
        people.map((person) => call(owner, 'POST', `/users/${person.id}`, undefined, own.id)),
      );
      expect(answers.map(outcome).sort()).toEqual(['200', '200', '200', '200', '409 GROUP_FULL', '409 GROUP_FULL']);
      expect((await tablesOf(own.id)).open).toHaveLength(5);
    });
  });

  describe('let go', () => {
    it('a member who leaves, whom the creator puts out, and who may come back', async () => {
      const own = await owner.makesGroup([member, contact], 'leaving');
      const before = await owner.send({ groupId: own.id });
      const left = await call(member, 'DELETE', `/users/${member.id}`, undefined, own.id);
      expect(idsOf(left.body as GroupDto)).toEqual([owner.id, contact.id]);
      await expect(member.send({ groupId: own.id })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
      expect((await call(owner, 'DELETE', `/users/${contact.id}`, undefined, own.id)).status).toBe(200);
      const removals = await chat.query('SELECT user_id FROM group_revocations WHERE group_id = ? ORDER BY id', [
        own.id,
      ]);
      expect(removals).toEqual([{ user_id: member.id }, { user_id: contact.id }]);
      expect((await groupEvents(own.id)).slice(-2)).toEqual([
        { kind: 'group-removed', userIds: [member.id], membershipVersion: 3 },
        { kind: 'group-removed', userIds: [contact.id], membershipVersion: 4 },
      ]);
      await owner.send({ groupId: own.id });
      await owner.post(`/api/groups/${own.id}/users/${member.id}`);
      expect(await member.conversation(`g:${own.id}`)).toMatchObject({ unreadCount: 0, lastReadSeq: 2 });
      const stays = await chat.query(
        'SELECT joined_seq, left_seq FROM memberships WHERE conversation_id = (SELECT conversation_id FROM messages WHERE id = ?) AND user_id = ? ORDER BY joined_seq',
        [before.id, member.id],
      );
      expect(stays).toEqual([
        { joined_seq: 0, left_seq: 1 },
        { joined_seq: 2, left_seq: null },
      ]);
    });

    it('nobody who is not there', async () => {
      const own = await owner.makesGroup([contact], 'absent');
      expect(outcome(await call(owner, 'DELETE', `/users/${member.id}`, undefined, own.id))).toBe('404 NOT_FOUND');
      expect(outcome(await call(owner, 'DELETE', '/users/999999', undefined, own.id))).toBe('404 NOT_FOUND');
      expect(outcome(await call(member, 'DELETE', `/users/${member.id}`, undefined, own.id))).toBe('403 NOT_A_MEMBER');
    });

    it('the creator only once somebody else has the group, or nobody is left', async () => {
      const own = await owner.makesGroup([member, contact], 'handed');
      const leave = (person: Person): Promise<Answer> =>
        call(person, 'DELETE', `/users/${person.id}`, undefined, own.id);
      const transfer = (person: Person, to: number): Promise<Answer> =>
        call(person, 'POST', `/owner/${to}`, undefined, own.id);
      expect(outcome(await leave(owner))).toBe('409 CREATOR_MUST_TRANSFER');
      expect(outcome(await transfer(owner, stranger.id))).toBe('400 BAD_REQUEST');
      expect(outcome(await transfer(owner, 999_999))).toBe('404 NOT_FOUND');
      expect((await transfer(owner, owner.id)).body).toMatchObject({ createdBy: owner.id });
      expect((await transfer(owner, member.id)).body).toMatchObject({ createdBy: member.id });
      expect((await groupEvents(own.id)).at(-1)).toMatchObject({
        kind: 'group-owner',
        userIds: [owner.id, member.id, contact.id],
      });
      expect(outcome(await call(owner, 'PUT', '', { name: 'mine' }, own.id))).toBe('403 FORBIDDEN');
      expect((await leave(owner)).status).toBe(200);
      expect((await leave(contact)).status).toBe(200);
      expect(await leave(member)).toMatchObject({ status: 200, body: { createdBy: member.id, users: [] } });
      expect(outcome(await call(member, 'GET', '', undefined, own.id))).toBe('403 NOT_A_MEMBER');
      expect(outcome(await call(member, 'POST', `/users/${contact.id}`, undefined, own.id))).toBe('403 NOT_A_MEMBER');
    });

    it('no message through that is sent while its sender is put out', async () => {
      for (let n = 0; n < 20; n += 1) {
        const own = await owner.makesGroup([member], `race ${n}`);
        const sends = Array.from({ length: 8 }, () =>
          member.send({ groupId: own.id }).catch((error: unknown) => error),
        );
        const removal = call(owner, 'DELETE', `/users/${member.id}`, undefined, own.id);
        await Promise.all([...sends, removal]);
        const [stay] = await chat.query<{ left_seq: number }>(
          'SELECT left_seq FROM memberships m JOIN conversations c ON c.id = m.conversation_id WHERE c.group_id = ? AND m.user_id = ?',
          [own.id, member.id],
        );
        const [last] = await chat.query<{ seq: number | null }>(
          'SELECT MAX(seq) AS seq FROM messages WHERE group_id = ?',
          [own.id],
        );
        expect(last?.seq ?? 0).toBe(stay?.left_seq);
      }
    });
  });

  it('say who is in them', async () => {
    const members = chat.app.get(GroupMembers, { strict: false });
    expect(await members.membershipOf(group.id, member.id)).toBe('member');
    expect(await members.membershipOf(group.id, former.id)).toBe('no-member');
    expect(await members.membershipOf(999_999, member.id)).toBe('no-group');
    expect(await members.listMemberIds(group.id)).toEqual([owner.id, member.id]);
  });

  describe('of a deleted account', () => {
    it('go to the longest member, and the account leaves every group once, whoever closes it how often', async () => {
      const [creator, first, second] = await chat.joinMany(3);
      const own = await creator.makesGroup([second, first], 'inherited');
      const other = await first.makesGroup([creator], 'other');
      await creator.deletesAccount();
      expect(idsOf((await call(first, 'GET', '', undefined, own.id)).body as GroupDto)).toEqual([first.id, second.id]);
      await Promise.all([1, 2, 3].map(() => chat.deletions.closeAccount(creator.id)));
      expect((await call(first, 'GET', '', undefined, own.id)).body).toMatchObject({ createdBy: second.id });
      for (const id of [own.id, other.id])
        expect((await tablesOf(id)).open).not.toContainEqual({ user_id: creator.id });
      const events = (await groupEvents(own.id)).slice(2);
      expect(events).toEqual([
        { kind: 'group-removed', userIds: [creator.id], membershipVersion: 3 },
        { kind: 'group-owner', userIds: [second.id, first.id], membershipVersion: 3 },
      ]);
      const before = await chat.dump();
      await chat.deletions.closeAccount(creator.id);
      expect(await chat.dump()).toEqual(before);
    });

    it('let the creator leave when only deleted accounts remain, who go first', async () => {
      const [creator, one, two] = await chat.joinMany(3);
      const own = await creator.makesGroup([one, two], 'ghosts');
      await two.deletesAccount();
      await one.deletesAccount();
      expect((await call(creator, 'DELETE', `/users/${creator.id}`, undefined, own.id)).status).toBe(200);
      expect((await groupEvents(own.id)).at(-1)?.userIds).toEqual([two.id, one.id, creator.id]);
      expect((await tablesOf(own.id)).open).toEqual([]);
    });

    it('stay with it when nobody is left', async () => {
      const [creator] = await chat.joinMany(1);
      const own = await creator.makesGroup([], 'alone');
      await creator.deletesAccount();
      await chat.deletions.closeAccount(creator.id);
      expect(await tablesOf(own.id)).toEqual({ groupUsers: [], open: [] });
    });
  });
});
