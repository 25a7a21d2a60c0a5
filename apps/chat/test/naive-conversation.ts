import type { MessageStatus } from '@app/contracts';

interface NaiveStay {
  readonly joinedSeq: number;
  leftSeq: number | null;
}

interface NaiveMessage {
  readonly senderId: number;
  /** Once shown as READ to its sender, always. */
  seenRead: boolean;
}

/**
 * What a conversation's counters must be, the slow way: every read is remembered singly, everything asked for is counted over all messages, and
 * after each step every message is looked at again.
 */
export class NaiveConversation {
  readonly messages: NaiveMessage[] = [];
  private readonly stays = new Map<number, NaiveStay[]>();
  private readonly reads = new Set<string>();
  private readonly deleted = new Set<number>();
  private readonly joins: number[] = [];

  get lastSeq(): number {
    return this.messages.length;
  }

  join(userId: number): void {
    this.joins.push(userId);
    this.stays.set(userId, [...(this.stays.get(userId) ?? []), { joinedSeq: this.lastSeq, leftSeq: null }]);
    this.lookAgain();
  }

  leave(userId: number): void {
    const stay = this.openStay(userId);
    if (stay) stay.leftSeq = this.lastSeq;
    this.lookAgain();
  }

  delete(userId: number): void {
    this.deleted.add(userId);
    this.lookAgain();
  }

  send(senderId: number): void {
    this.messages.push({ senderId, seenRead: false });
    this.lookAgain();
  }

  read(userId: number, seq: number): void {
    const stay = this.openStay(userId);
    if (stay && seq > stay.joinedSeq && this.senderOf(seq) !== userId) this.reads.add(`${userId} ${seq}`);
    this.lookAgain();
  }

  readUpTo(userId: number, upToSeq: number): void {
    for (let seq = 1; seq <= upToSeq; seq += 1) this.read(userId, seq);
  }

  isMember(userId: number): boolean {
    return this.openStay(userId) !== undefined;
  }

  /** In the order of joining. */
  members(): number[] {
    return this.joins.filter((userId, index) => this.isMember(userId) && this.joins.lastIndexOf(userId) === index);
  }

  unread(userId: number): number {
    return this.seqs().filter((seq) => this.isUnread(userId, seq)).length;
  }

  /** The highest seq with nothing unread at or below it. */
  lastRead(userId: number): number {
    return (this.seqs().find((seq) => this.isUnread(userId, seq)) ?? this.lastSeq + 1) - 1;
  }

  status(viewerId: number, seq: number): MessageStatus {
    const message = this.messages[seq - 1];
    if (message?.senderId === viewerId) return message.seenRead ? 'READ' : 'DELIVERED';
    return this.isUnread(viewerId, seq) ? 'DELIVERED' : 'READ';
  }

  /** Everyone but the sender who was there, by id. */
  info(seq: number): { readBy: number[]; deliveredTo: number[] } {
    const there = [...this.stays]
      .filter(([userId, stays]) => userId !== this.senderOf(seq) && stays.some((stay) => covers(stay, seq)))
      .map(([userId]) => userId)
      .sort((a, b) => a - b);
    return {
      readBy: there.filter((userId) => this.hasRead(userId, seq)),
      deliveredTo: there.filter((userId) => !this.hasRead(userId, seq)),
    };
  }

  private isUnread(userId: number, seq: number): boolean {
    const stay = this.openStay(userId);
    return stay !== undefined && seq > stay.joinedSeq && this.senderOf(seq) !== userId && !this.hasRead(userId, seq);
  }

  private lookAgain(): void {
    for (const seq of this.seqs()) {
      const message = this.messages[seq - 1]!;
      const readers = [...this.stays.keys()].filter((userId) => {
        const stay = this.openStay(userId);
        return userId !== message.senderId && !this.deleted.has(userId) && stay !== undefined && covers(stay, seq);
      });
      if (readers.length > 0 && readers.every((userId) => this.hasRead(userId, seq))) message.seenRead = true;
    }
  }

  private openStay(userId: number): NaiveStay | undefined {
    const last = this.stays.get(userId)?.at(-1);
    return last?.leftSeq === null ? last : undefined;
  }

  private hasRead(userId: number, seq: number): boolean {
    return this.reads.has(`${userId} ${seq}`);
  }

  private senderOf(seq: number): number | undefined {
    return this.messages[seq - 1]?.senderId;
  }

  private seqs(): number[] {
    return this.messages.map((_, index) => index + 1);
  }
}

const covers = (stay: NaiveStay, seq: number): boolean =>
  stay.joinedSeq < seq && (stay.leftSeq === null || seq <= stay.leftSeq);
