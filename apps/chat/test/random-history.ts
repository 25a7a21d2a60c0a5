import { AppError, type MessageDto } from '@app/contracts';
import { ConversationsService } from '../src/conversations/conversations.service.js';
import { GroupsService } from '../src/groups/groups.service.js';
import { HistoryService } from '../src/history/history.service.js';
import { MessageInfoService } from '../src/receipts/message-info.service.js';
import { ReadService } from '../src/receipts/read.service.js';
import type { ChatReadsFixture, Person } from './chat-reads.fixture.js';
import { NaiveConversation } from './naive-conversation.js';

/** Numbers from 0 to n-1, the same for the same seed. */
export function createRandom(seed: number): (n: number) => number {
  let state = seed >>> 0 || 1;
  return (n) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % n;
  };
}

/** The real services of the chat under test. */
export function servicesOf(chat: ChatReadsFixture) {
  const get = <T>(type: new (...parameters: never[]) => T): T => chat.app.get<T>(type, { strict: false });
  return {
    messages: chat.messages,
    deletions: chat.deletions,
    groups: get(GroupsService),
    reads: get(ReadService),
    infos: get(MessageInfoService),
    history: get(HistoryService),
    conversations: get(ConversationsService),
  };
}
type Services = ReturnType<typeof servicesOf>;

interface Talk {
  readonly naive: NaiveConversation;
  readonly conversationId: string;
  readonly groupId: number | null;
  readonly sent: MessageDto[];
}

const PAGE = { page: 0, size: 100, offset: 0, sort: [{ field: 'seq', direction: 'asc' }] } as const;

const STEPS = ['send', 'send', 'send', 'read', 'read', 'read', 'readUpTo', 'come', 'go'] as const;
const RARE_STEPS = ['transfer', 'deleteAccount', 'closeAccount', 'closeAccount'] as const;

/** One group and one pair among the same few people, to whom everything happens that can, while the naive count keeps the account. */
export class RandomHistory {
  readonly trace: string[] = [];
  private readonly deleted = new Set<number>();
  private readonly unclosed = new Set<number>();
  private ownerId: number;

  private constructor(
    private readonly services: Services,
    private readonly people: readonly Person[],
    private readonly group: Talk,
    private readonly pair: Talk,
    private readonly random: (n: number) => number,
  ) {
    this.ownerId = people[0]!.id;
  }

  static async begin(
    chat: ChatReadsFixture,
    services: Services,
    random: (n: number) => number,
  ): Promise<RandomHistory> {
    const people: Person[] = [];
    for (let count = 3 + random(3); people.length < count;) people.push(await chat.join());
    for (const owner of people) for (const other of people) if (owner !== other) await owner.adds(other);
    const [first, second] = people;
    const { id } = await services.groups.createGroup(first!.id, 'group');
    const group = { naive: new NaiveConversation(), conversationId: `g:${id}`, groupId: id, sent: [] };
    group.naive.join(first!.id);
    const pair = {
      naive: new NaiveConversation(),
      conversationId: `p:${first!.id}:${second!.id}`,
      groupId: null,
      sent: [],
    };
    for (const person of [first!, second!]) pair.naive.join(person.id);
    const history = new RandomHistory(services, people, group, pair, random);
    const rest = people.slice(1).map((person) => person.id);
    await services.groups.addMembers(first!.id, id, rest);
    for (const userId of rest) group.naive.join(userId);
    return history;
  }

  async step(): Promise<void> {
    const step = this.random(6) === 0 ? this.pick(RARE_STEPS) : this.pick(STEPS);
    if (step) await this[step]();
  }

  /** Compares everything that is derived with the naive count, for everyone who may see it. */
  async check(): Promise<void> {
    for (const talk of [this.group, this.pair]) {
      for (const person of this.living().filter(({ id }) => talk.naive.isMember(id)))
        await this.checkView(talk, person);
    }
  }

  private async checkView(talk: Talk, person: Person): Promise<void> {
    const { naive, conversationId, sent } = talk;
    if (naive.lastSeq === 0) return;
    const entries = await this.services.conversations.listConversations(person.id);
    const entry = entries.find((candidate) => candidate.conversationId === conversationId);
    const where = `${conversationId} as user ${person.id} sees it`;
    this.compare(`unread of ${where}`, entry?.unreadCount, naive.unread(person.id));
    this.compare(`last read of ${where}`, entry?.lastReadSeq, naive.lastRead(person.id));
    this.compare(`last status of ${where}`, entry?.lastMessageStatus, naive.status(person.id, naive.lastSeq));
    const { content } = await this.readHistory(talk, person);
    const expected = sent.map(({ seq }) => naive.status(person.id, seq));
    this.compare(
      `statuses of ${where}`,
      content.map((message) => message.status),
      expected,
    );
    const message = sent[this.random(sent.length)]!;
    const info = await this.services.infos.getMessageInfo(person.id, message.id);
    const ids = (users: readonly { id: number }[]): number[] => users.map((user) => user.id);
    const actual = { readBy: ids(info.readBy), deliveredTo: ids(info.deliveredTo) };
    this.compare(`info of ${message.seq} in ${where}`, actual, naive.info(message.seq));
  }

  private async readHistory({ groupId }: Talk, person: Person): Promise<{ content: readonly MessageDto[] }> {
    const { history } = this.services;
    if (groupId !== null) return history.getGroupHistory(person.id, groupId, { page: PAGE });
    return history.getPrivateHistory(person.id, [this.people[0]!.id, this.people[1]!.id], { page: PAGE });
  }

  private compare(what: string, actual: unknown, expected: unknown): void {
    const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== e) throw new Error(`${what}: ${a} instead of ${e}\n${this.trace.join('\n')}`);
  }

  private async send(): Promise<void> {
    const talk = this.pickTalk();
    const sender = this.pickMember(talk);
    if (!sender) return;
    const receiver =
      talk.groupId === null ? this.people.find(({ id }) => id !== sender.id && talk.naive.isMember(id)) : null;
    if (receiver && this.deleted.has(receiver.id)) return;
    const target = receiver ? { receiver } : { groupId: talk.groupId! };
    talk.sent.push(await sender.send(target, 'x'));
    talk.naive.send(sender.id);
    this.trace.push(`${sender.id} sends ${talk.conversationId} ${talk.naive.lastSeq}`);
  }

  private async read(): Promise<void> {
    const talk = this.pickTalk();
    const reader = this.pickMember(talk);
    const message = this.pick(talk.sent);
    if (!reader || !message) return;
    await this.services.reads.markMessageRead(reader, message.id);
    talk.naive.read(reader.id, message.seq);
    this.trace.push(`${reader.id} reads ${talk.conversationId} ${message.seq}`);
  }

  private async readUpTo(): Promise<void> {
    const talk = this.pickTalk();
    const reader = this.pickMember(talk);
    if (!reader || talk.naive.lastSeq === 0) return;
    const upTo = this.random(talk.naive.lastSeq + 1);
    await this.services.reads.markReadUpTo(reader, talk.conversationId, upTo);
    talk.naive.readUpTo(reader.id, upTo);
    this.trace.push(`${reader.id} reads ${talk.conversationId} up to ${upTo}`);
  }

  private async come(): Promise<void> {
    const { naive, groupId } = this.group;
    const newcomer = this.pick(this.living().filter(({ id }) => !naive.isMember(id)));
    if (!newcomer || !naive.isMember(this.ownerId) || this.deleted.has(this.ownerId)) return;
    await this.services.groups.addMembers(this.ownerId, groupId!, [newcomer.id]);
    naive.join(newcomer.id);
    this.trace.push(`${newcomer.id} joins`);
  }

  /** Leaves, or is put out; the creator only when nobody else is there. */
  private async go(): Promise<void> {
    const { naive, groupId } = this.group;
    const leaver = this.pickMember(this.group);
    if (!leaver) return;
    const byOwner = !this.deleted.has(this.ownerId) && naive.isMember(this.ownerId) && this.random(2) === 0;
    const others = naive.members().filter((id) => id !== leaver.id && !this.deleted.has(id));
    try {
      await this.services.groups.removeMember(byOwner ? this.ownerId : leaver.id, groupId!, leaver.id);
    } catch (error) {
      if (AppError.from(error).code !== 'CREATOR_MUST_TRANSFER') throw error;
      this.compare('refusal to leave', [leaver.id, others.length > 0], [this.ownerId, true]);
      return;
    }
    this.closeUnclosed();
    this.endStay(leaver.id);
    this.trace.push(`${leaver.id} goes`);
  }

  private async transfer(): Promise<void> {
    const { naive, groupId } = this.group;
    const heir = this.pickMember(this.group);
    if (!heir || this.deleted.has(this.ownerId) || !naive.isMember(this.ownerId)) return;
    await this.services.groups.transferGroup(this.ownerId, groupId!, heir.id);
    this.ownerId = heir.id;
    this.trace.push(`${heir.id} gets the group`);
  }

  /** What auth does; until the chat hears of it, the stays are still open. */
  private async deleteAccount(): Promise<void> {
    const person = this.pick(this.living());
    if (!person || this.living().length < 3) return;
    await person.deletesAccount();
    this.deleted.add(person.id);
    this.unclosed.add(person.id);
    for (const talk of [this.group, this.pair]) talk.naive.delete(person.id);
    this.trace.push(`${person.id} is deleted`);
  }

  private async closeAccount(): Promise<void> {
    const userId = this.pick([...this.unclosed]);
    if (userId === undefined) return;
    await Promise.all([this.services.deletions.closeAccount(userId), this.services.deletions.closeAccount(userId)]);
    if (this.group.naive.isMember(userId)) this.closeUnclosed();
    this.unclosed.delete(userId);
    this.trace.push(`${userId} is closed`);
    await this.checkOwner();
  }

  private async checkOwner(): Promise<void> {
    const member = this.living().find(({ id }) => this.group.naive.isMember(id));
    if (!member || this.unclosed.size > 0) return;
    const { createdBy } = await this.services.groups.transferGroup(this.ownerId, this.group.groupId!, this.ownerId);
    this.compare('creator', createdBy, this.ownerId);
  }

  /** Whoever is deleted leaves with the next one who leaves. */
  private closeUnclosed(): void {
    for (const userId of this.unclosed) this.endStay(userId);
  }

  private endStay(userId: number): void {
    const { naive } = this.group;
    naive.leave(userId);
    if (userId === this.ownerId) this.ownerId = naive.members().find((id) => !this.deleted.has(id)) ?? userId;
  }

  private living(): Person[] {
    return this.people.filter(({ id }) => !this.deleted.has(id));
  }

  private pickTalk(): Talk {
    return this.random(4) === 0 ? this.pair : this.group;
  }

  private pickMember(talk: Talk): Person | undefined {
    return this.pick(this.living().filter(({ id }) => talk.naive.isMember(id)));
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[this.random(Math.max(1, list.length))];
  }
}
