import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppError, type LiveSendRequest, type MessageDto, type SendMessageRequest } from '@app/contracts';
import { LRUCache } from 'lru-cache';
import { DirectoryService } from '../directory/index.js';
import { SendQueue } from './send-queue.js';
import type { SendTarget } from './send.js';

export interface Sender {
  readonly id: number;
  readonly username: string;
}

@Injectable()
export class MessagesService implements BeforeApplicationShutdown {
  // A name belongs to one user for ever; whether that user is still there the transaction asks by id.
  private readonly idsByName = new LRUCache<string, number>({ max: 10_000 });

  constructor(
    private readonly queue: SendQueue,
    private readonly directory: DirectoryService,
  ) {}

  /** Resolves once the message is stored for good; until then the sender does not know, and asks again with the same client message id. */
  sendMessage(sender: Sender, request: SendMessageRequest): Promise<MessageDto> {
    const { receiver, groupId } = request;
    return this.enqueue(sender, request, receiver ? privately(receiver.id) : toGroup(groupId!));
  }

  /** As {@link sendMessage}; the receiver may be given by name. */
  async sendLive(sender: Sender, request: LiveSendRequest): Promise<MessageDto> {
    const { receiver, groupId } = request;
    if (!receiver) return this.enqueue(sender, request, toGroup(groupId!));
    const id = 'id' in receiver ? receiver.id : await this.getUserId(receiver.username);
    return this.enqueue(sender, request, privately(id));
  }

  /** What was taken in is finished before the database goes. */
  beforeApplicationShutdown(): Promise<void> {
    return this.queue.whenIdle();
  }

  private enqueue(
    sender: Sender,
    { content, clientMsgId }: Pick<SendMessageRequest, 'content' | 'clientMsgId'>,
    target: SendTarget,
  ): Promise<MessageDto> {
    if (target.kind === 'PRIVATE' && target.receiverId === sender.id)
      return Promise.reject(new AppError('SELF_TARGET'));
    return this.queue.enqueue({ senderId: sender.id, target, content, clientMsgId: clientMsgId ?? null });
  }

  private async getUserId(username: string): Promise<number> {
    const known = this.idsByName.get(username);
    if (known !== undefined) return known;
    const user = await this.directory.findUserByUsername(username);
    if (!user) throw new AppError('NOT_FOUND', { message: 'There is no such user' });
    this.idsByName.set(username, user.id);
    return user.id;
  }
}

const privately = (receiverId: number): SendTarget => ({ kind: 'PRIVATE', receiverId });
const toGroup = (groupId: number): SendTarget => ({ kind: 'GROUP', groupId });
