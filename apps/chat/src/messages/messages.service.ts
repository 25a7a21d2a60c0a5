import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppError, type LiveSendRequest, type MessageDto, type SendMessageRequest } from '@app/contracts';
import { DirectoryService } from '../directory/index.js';
import { SendQueue } from './send-queue.js';
import type { SendTarget } from './send.js';

export interface Sender {
  readonly id: number;
  readonly username: string;
}

@Injectable()
export class MessagesService implements BeforeApplicationShutdown {
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
    const user = await this.directory.findUserByUsername(username);
    if (!user) throw new AppError('NOT_FOUND', { message: 'There is no such user' });
    return user.id;
  }
}

const privately = (receiverId: number): SendTarget => ({ kind: 'PRIVATE', receiverId });
const toGroup = (groupId: number): SendTarget => ({ kind: 'GROUP', groupId });
