import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessageInfoDtoSchema, type MessageDto, type ReadEvent } from '@app/contracts';
import { ChatReadsFixture, outcome, type Answer, type Person } from './chat-reads.fixture.js';

describe('reading', () => {
  let chat: ChatReadsFixture;
  beforeAll(async () => {
    chat = await ChatReadsFixture.start();
    await chat.database.writer.query('PRAGMA synchronous = OFF');
  });
  afterAll(() => chat.stop());

  /** The events that `work` adds. */
  const eventsOf = async (work: () => Promise<unknown>): Promise<ReadEvent[]> => {
    const before = (await chat.listEvents()).length;
    await work();
    return (await chat.listEvents()).slice(before) as ReadEvent[];
  };
  const info = async (person: Person, { id }: MessageDto): Promise<{ readBy: string[]; deliveredTo: string[] }> => {
    const { readBy, deliveredTo } = MessageInfoDtoSchema.parse(await person.get(`/api/chat/messages/${id}/info`));
    return { readBy: readBy.map((user) => user.username), deliveredTo: deliveredTo.map((user) => user.username) };
  };
  const readUpTo = (person: Person, conversationId: string, upToSeq: unknown): Promise<Answer> =>
    person.call('POST', `/api/chat/conversations/${conversationId}/read`, { upToSeq });

  describe('one message', () => {
    it("tells its sender, and the reader's other devices, in the same transaction", async () => {
      const [sender, reader] = await chat.joinMany(2);
      const message = await sender.send({ receiver: reader });
      expect(await eventsOf(() => reader.reads(message))).toEqual([
        {
          v: 1,
          kind: 'read',
          conversationId: message.conversationId,
          membershipVersion: 0,
          readerId: reader.id,
          reader: reader.username,
          readSeq: 1,
          unreadCount: 0,
          receipts: [
            {
              messageId: message.id,
              senderId: sender.id,
              sender: sender.username,
              receiver: reader.username,
              conversationId: message.conversationId,
              seq: 1,
            },
          ],
        },
      ]);
      const [row] = await chat.query<{ topic: string }>('SELECT topic FROM outbox ORDER BY id DESC LIMIT 1');
      expect(row?.topic).toBe('read-receipts');
    });

    it('changes nothing the second time, nor for the sender, and answers 200 with nothing', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const [first, second] = [await sender.send({ receiver: reader }), await sender.send({ receiver: reader })];
      await reader.reads(second);
      const before = await chat.dump();
      for (const [person, message] of [
        [reader, second],
        [sender, first],
        [sender, second],
      ] as const) {
        const answer = await person.call('POST', `/api/chat/messages/${message.id}/read`);
        expect([answer.status, answer.text]).toEqual([200, '']);
      }
      expect(await chat.dump()).toEqual(before);
    });

    it('is seen by the sender and in the info, also out of order', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const sent = [await sender.send({ receiver: reader }), await sender.send({ receiver: reader })];
      await reader.reads(sent[1]!);
      expect(await sender.statuses(`${sender.id}/${reader.id}`)).toEqual(['DELIVERED', 'READ']);
      expect(await reader.statuses(`${sender.id}/${reader.id}`)).toEqual(['DELIVERED', 'READ']);
      expect(await info(sender, sent[0]!)).toEqual({ readBy: [], deliveredTo: [reader.username] });
      expect(await info(reader, sent[1]!)).toEqual({ readBy: [reader.username], deliveredTo: [] });
    });

    it('is refused to strangers and former members, and not found where there is none', async () => {
      const [sender, reader, stranger] = await chat.joinMany(3);
      const message = await sender.send({ receiver: reader });
      const group = await sender.makesGroup([reader, stranger]);
      const inGroup = await sender.send({ groupId: group.id });
      await stranger.call('DELETE', `/api/groups/${group.id}/users/${stranger.id}`);
      const before = await chat.dump();
      for (const [method, action] of [
        ['POST', 'read'],
        ['GET', 'info'],
      ] as const) {
        const call = (person: Person, id: number | string): Promise<Answer> =>
          person.call(method, `/api/chat/messages/${id}/${action}`);
        expect(outcome(await call(stranger, message.id))).toBe('403 FORBIDDEN');
        expect(outcome(await call(stranger, inGroup.id))).toBe('403 NOT_A_MEMBER');
        expect(outcome(await call(reader, 999_999))).toBe('404 NOT_FOUND');
        expect(outcome(await call(reader, 'x'))).toBe('400 VALIDATION_FAILED');
        expect(outcome(await chat.call(method, `/api/chat/messages/${message.id}/${action}`, null))).toBe(
          '401 UNAUTHENTICATED',
        );
      }
      expect(await chat.dump()).toEqual(before);
    });

    it('sends no receipt to a sender who has blocked the reader, but counts', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const message = await sender.send({ receiver: reader });
      await sender.blocks(reader);
      const [event] = await eventsOf(() => reader.reads(message));
      expect(event).toMatchObject({ readSeq: 1, receipts: [] });
      expect(await info(sender, message)).toEqual({ readBy: [reader.username], deliveredTo: [] });
    });

    it('sends a receipt to a sender whom the reader has blocked', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const message = await sender.send({ receiver: reader });
      await reader.blocks(sender);
      expect((await eventsOf(() => reader.reads(message)))[0]?.receipts).toHaveLength(1);
    });

    it('sends no receipt to a sender who is deleted or no member any more', async () => {
      const [owner, reader, leaver, deleted] = await chat.joinMany(4);
      const group = await owner.makesGroup([reader, leaver, deleted]);
      const sent = [await leaver.send({ groupId: group.id }), await deleted.send({ groupId: group.id })];
      await leaver.call('DELETE', `/api/groups/${group.id}/users/${leaver.id}`);
      await deleted.deletesAccount();
      for (const message of sent) expect((await eventsOf(() => reader.reads(message)))[0]?.receipts).toEqual([]);
    });

    it('of before joining is a no-op', async () => {
      const [owner, member, late] = await chat.joinMany(3);
      const group = await owner.makesGroup([member]);
      const message = await owner.send({ groupId: group.id });
      await owner.adds(late);
      await owner.post(`/api/groups/${group.id}/users/${late.id}`);
      expect(await eventsOf(() => late.reads(message))).toEqual([]);
      expect(await info(late, message)).toEqual({ readBy: [], deliveredTo: [member.username] });
    });

    it('at the same time from several devices counts once', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const sent: MessageDto[] = [];
      for (let n = 0; n < 6; n += 1) sent.push(await sender.send({ receiver: reader }));
      const reads = [...sent, ...sent.toReversed(), ...sent].map((message) => () => reader.reads(message));
      const events = await eventsOf(() => Promise.all(reads.map((read) => read())));
      expect(events).toHaveLength(6);
      expect(new Set(events.flatMap((event) => event.receipts.map((receipt) => receipt.seq)))).toEqual(
        new Set([1, 2, 3, 4, 5, 6]),
      );
      expect(await reader.conversation(sent[0]!.conversationId)).toMatchObject({ unreadCount: 0, lastReadSeq: 6 });
    });
  });

  describe('up to a seq', () => {
    it('is one event with a receipt for each message newly read', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const sent: MessageDto[] = [];
      for (let n = 0; n < 4; n += 1) sent.push(await sender.send({ receiver: reader }));
      await reader.send({ receiver: sender });
      await reader.reads(sent[1]!);
      const id = sent[0]!.conversationId;
      const events = await eventsOf(() => readUpTo(reader, id, 3));
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ readSeq: 3, unreadCount: 1 });
      expect(events[0]?.receipts.map((receipt) => receipt.seq)).toEqual([1, 3]);
      expect(await reader.conversation(id)).toMatchObject({ unreadCount: 1, lastReadSeq: 3, lastSeq: 5 });
      await readUpTo(reader, id, 4);
      expect(await reader.conversation(id)).toMatchObject({ unreadCount: 0, lastReadSeq: 5 });
    });

    it('changes nothing below what is read', async () => {
      const [sender, reader] = await chat.joinMany(2);
      const message = await sender.send({ receiver: reader });
      await reader.reads(message);
      const before = await chat.dump();
      for (const seq of [0, 1]) expect((await readUpTo(reader, message.conversationId, seq)).text).toBe('');
      expect(await chat.dump()).toEqual(before);
    });

    it('gives each sender its newest 100 receipts', async () => {
      const [owner, other, reader] = await chat.joinMany(3);
      const group = await owner.makesGroup([other, reader]);
      await Promise.all(Array.from({ length: 150 }, () => owner.send({ groupId: group.id })));
      for (let n = 0; n < 3; n += 1) await other.send({ groupId: group.id });
      const [event, ...more] = await eventsOf(() => readUpTo(reader, `g:${group.id}`, 153));
      const seqsFor = (person: Person): number[] =>
        event!.receipts.filter((receipt) => receipt.senderId === person.id).map((receipt) => receipt.seq);
      expect(more).toEqual([]);
      expect(seqsFor(owner)).toEqual(Array.from({ length: 100 }, (_, index) => index + 51));
      expect(seqsFor(other)).toEqual([151, 152, 153]);
    });

    it('is refused beyond the end, to strangers, and where there is no such conversation', async () => {
      const [sender, reader, stranger] = await chat.joinMany(3);
      const { conversationId } = await sender.send({ receiver: reader });
      const group = await sender.makesGroup([reader]);
      await sender.send({ groupId: group.id });
      const before = await chat.dump();
      expect(outcome(await readUpTo(reader, conversationId, 2))).toBe('400 VALIDATION_FAILED');
      for (const seq of [-1, 1.5, '1', null])
        expect(outcome(await readUpTo(reader, conversationId, seq))).toBe('400 VALIDATION_FAILED');
      expect(outcome(await readUpTo(reader, `p:${reader.id}:${sender.id}`, 1))).toBe('400 VALIDATION_FAILED');
      expect(outcome(await readUpTo(reader, 'x', 1))).toBe('400 VALIDATION_FAILED');
      expect(outcome(await readUpTo(stranger, conversationId, 1))).toBe('403 FORBIDDEN');
      expect(outcome(await readUpTo(stranger, `g:${group.id}`, 1))).toBe('403 NOT_A_MEMBER');
      expect(outcome(await readUpTo(stranger, 'g:999999', 1))).toBe('404 NOT_FOUND');
      expect(outcome(await readUpTo(stranger, `p:${stranger.id}:999999`, 1))).toBe('404 NOT_FOUND');
      expect(await chat.dump()).toEqual(before);
    });
  });

  describe('in a group', () => {
    it('is READ for the sender when every other member of that time has read it, and never goes back', async () => {
      const [owner, one, two] = await chat.joinMany(3);
      const group = await owner.makesGroup([one, two]);
      const message = await owner.send({ groupId: group.id });
      const status = async (): Promise<string | undefined> => (await owner.statuses(`${group.id}`))[0];
      await one.reads(message);
      expect(await status()).toBe('DELIVERED');
      await two.call('DELETE', `/api/groups/${group.id}/users/${two.id}`);
      expect(await status()).toBe('READ');
      await owner.post(`/api/groups/${group.id}/users/${two.id}`);
      expect(await status()).toBe('READ');
      await one.call('DELETE', `/api/groups/${group.id}/users/${one.id}`);
      expect(await status()).toBe('READ');
      expect(await info(owner, message)).toEqual({ readBy: [one.username], deliveredTo: [two.username] });
    });

    it('stays DELIVERED when the last who could have read it goes without', async () => {
      const [owner, one, two] = await chat.joinMany(3);
      const group = await owner.makesGroup([one, two]);
      const message = await owner.send({ groupId: group.id });
      await one.reads(message);
      for (const person of [one, two]) await person.call('DELETE', `/api/groups/${group.id}/users/${person.id}`);
      expect(await owner.statuses(`${group.id}`)).toEqual(['DELIVERED']);
    });

    it('keeps a status while two deleted accounts wait to be closed, whatever the order of their ids', async () => {
      for (const readerGoesLast of [true, false]) {
        const [owner, one, two] = await chat.joinMany(3);
        const group = await owner.makesGroup([one, two]);
        await two.reads(await owner.send({ groupId: group.id }));
        for (const person of readerGoesLast ? [one, two] : [two, one]) await person.deletesAccount();
        const expected = readerGoesLast ? ['READ'] : ['DELIVERED'];
        expect(await owner.statuses(`${group.id}`)).toEqual(expected);
        for (const person of [two, one]) await chat.deletions.closeAccount(person.id);
        expect(await owner.statuses(`${group.id}`)).toEqual(expected);
      }
    });

    it('of many members shows the same statuses as of few', async () => {
      const owner = await chat.join();
      const members: Person[] = [];
      for (let n = 0; n < 60; n += 1) members.push(await chat.join());
      const group = await owner.makesGroup(members);
      const sent: MessageDto[] = [];
      for (let n = 0; n < 3; n += 1) sent.push(await owner.send({ groupId: group.id }));
      const statuses = (): Promise<string[]> => owner.statuses(`${group.id}`);
      const [slow, silent, ...others] = members;
      for (const member of others) await readUpTo(member, `g:${group.id}`, 3);
      await slow!.reads(sent[1]!);
      expect(await statuses()).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED']);
      await silent!.deletesAccount();
      expect(await statuses()).toEqual(['DELIVERED', 'READ', 'DELIVERED']);
      await slow!.reads(sent[0]!);
      expect(await statuses()).toEqual(['READ', 'READ', 'DELIVERED']);
      await slow!.deletesAccount();
      expect(await statuses()).toEqual(['READ', 'READ', 'READ']);
    });
  });
});
