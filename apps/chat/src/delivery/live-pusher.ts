import { Injectable } from '@nestjs/common';
import {
  QUEUES,
  groupTopic,
  groupTypingTopic,
  parseConversationId,
  type GroupEvent,
  type LiveEvent,
  type MessageDto,
  type ReadEvent,
  type ReadReceipt,
} from '@app/contracts';
import { failpoint } from '@app/database';
import { SimpMessagingTemplate, SimpUserRegistry, SubscriptionRegistry, type StompSession } from '@app/stomp';
import { GroupAudience } from './group-audience.js';

const LIVE_KINDS = {
  'group-added': 'GROUP_ADDED',
  'group-removed': 'GROUP_REMOVED',
  'group-renamed': 'GROUP_RENAMED',
  'group-owner': 'GROUP_OWNER',
} as const satisfies Record<GroupEvent['kind'], LiveEvent['kind']>;

/** Sessions belong to principals with an id. */
const userIdOf = (session: StompSession): number => (session.principal as unknown as { readonly id: number }).id;

/** Writes events to this instance's own sockets; whoever may not see them now gets nothing. */
@Injectable()
export class LivePusher {
  constructor(
    private readonly template: SimpMessagingTemplate,
    private readonly users: SimpUserRegistry,
    private readonly subscriptions: SubscriptionRegistry,
    private readonly audience: GroupAudience,
  ) {}

  /** A stored message: to its receiver or its group, and to all of the sender's sessions. Synchronous unless members must be read. */
  pushMessage(message: MessageDto, membershipVersion: number): Promise<void> | void {
    failpoint('fanout.before_push');
    if (message.groupId === null) return this.pushPrivate(message);
    if (!this.concernsSomeone(message)) return undefined;
    return this.withMembers(message.groupId, membershipVersion, (members) => this.pushToGroup(message, members));
  }

  /** Receipts to those who wrote what was read, the new state to the reader's own devices. */
  pushRead(event: ReadEvent): Promise<void> | void {
    const { conversationId, readSeq, unreadCount } = event;
    this.toUser(event.reader, QUEUES.events, {
      kind: 'READ',
      conversationId,
      readSeq,
      unreadCount,
    } satisfies LiveEvent);
    const groupId = groupOf(conversationId);
    if (groupId === null) return this.pushReceipts(event, null);
    return this.withMembers(groupId, event.membershipVersion, (members) => this.pushReceipts(event, members));
  }

  /** A change of a group to the users concerned. Whoever is no member any more hears nothing of the group from here on. */
  pushGroup(event: GroupEvent): Promise<void> | void {
    const { groupId, name, createdBy } = event;
    const concerned = new Set(event.userIds);
    const sessions = this.users.sessions().filter((session) => concerned.has(userIdOf(session)));
    const body: LiveEvent = { kind: LIVE_KINDS[event.kind], group: { id: groupId, name, createdBy } };
    const names = new Set(sessions.map(({ principal }) => principal.name));
    this.template.convertAndSendToUsers(names, QUEUES.events, body);
    if (event.kind !== 'group-removed') return undefined;
    return this.withMembers(groupId, event.membershipVersion, (members) => this.endSubscriptions(groupId, members));
  }

  private endSubscriptions(groupId: number, members: ReadonlySet<number>): void {
    for (const topic of [groupTopic(groupId), groupTypingTopic(groupId)]) {
      for (const session of this.subscriptions.sessionsFor(topic)) {
        if (!members.has(userIdOf(session))) session.unsubscribe(topic);
      }
    }
  }

  private pushPrivate(message: MessageDto): void {
    if (message.receiver) this.toUser(message.receiver.username, QUEUES.reply, message, placeOf(message));
    this.pushSent(message);
  }

  private pushToGroup(message: MessageDto, members: ReadonlySet<number>): void {
    const mayRead = (session: StompSession): boolean => members.has(userIdOf(session));
    this.template.convertAndSend(groupTopic(message.groupId!), message, placeOf(message), mayRead);
    if (members.has(message.sender.id)) this.pushSent(message);
  }

  /** Nobody's members are read where nobody listens. */
  private concernsSomeone({ groupId, sender }: MessageDto): boolean {
    if (this.users.getUserSessions(sender.username).length > 0) return true;
    return this.subscriptions.sessionsFor(groupTopic(groupId!)).length > 0;
  }

  private pushSent(message: MessageDto): void {
    const body: LiveEvent = { kind: 'MESSAGE_SENT', message };
    this.toUser(message.sender.username, QUEUES.events, body, placeOf(message));
    failpoint('fanout.after_push');
  }

  private pushReceipts({ receipts }: ReadEvent, members: ReadonlySet<number> | null): void {
    for (const { senderId, ...receipt } of receipts) {
      if (members && !members.has(senderId)) continue;
      this.toUser(receipt.sender, QUEUES.read, receipt satisfies ReadReceipt);
    }
  }

  /** Encodes nothing for users who are not connected here. */
  private toUser(name: string, queue: string, body: unknown, headers?: Record<string, string | number>): void {
    if (this.users.getUserSessions(name).length > 0) this.template.convertAndSendToUser(name, queue, body, headers);
  }

  private withMembers(
    groupId: number,
    version: number,
    push: (members: ReadonlySet<number>) => void,
  ): Promise<void> | void {
    const members = this.audience.peek(groupId, version);
    if (members) return push(members);
    return this.audience.load(groupId, version).then(push);
  }
}

const placeOf = ({ conversationId, seq }: MessageDto): Record<string, string | number> => ({
  'x-conversation': conversationId,
  'x-seq': seq,
});

function groupOf(conversationId: string): number | null {
  const ref = parseConversationId(conversationId);
  return ref?.kind === 'GROUP' ? ref.groupId : null;
}
