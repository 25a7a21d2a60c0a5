import { Injectable } from '@nestjs/common';
import { AppError, type MessageInfoDto, type PublicUserDto } from '@app/contracts';
import { Database } from '@app/database';
import { MembershipRepository } from '../conversations/index.js';
import { DirectoryRepository, publicProfile } from '../directory/index.js';
import { ReceiptsRepository } from './receipts.repository.js';

@Injectable()
export class MessageInfoService {
  constructor(
    private readonly database: Database,
    private readonly memberships: MembershipRepository,
    private readonly directory: DirectoryRepository,
    private readonly receipts: ReceiptsRepository,
  ) {}

  /** Everyone who was there when the message was sent, by whether they have read it; whoever left since stays as they were. */
  async getMessageInfo(callerId: number, messageId: number): Promise<MessageInfoDto> {
    const em = this.database.read;
    const message = await this.receipts.findMessage(em, messageId);
    if (!message) throw new AppError('NOT_FOUND', { message: 'There is no such message' });
    const stay = await this.memberships.findOpen(em, message.conversationRowId, callerId);
    if (!stay) throw new AppError(message.groupId === null ? 'FORBIDDEN' : 'NOT_A_MEMBER');
    const readers = await this.receipts.listReaders(em, message);
    const users = await this.directory.findUsers(
      em,
      readers.map((reader) => reader.userId),
    );
    const profiles = (read: boolean): PublicUserDto[] =>
      readers.flatMap((reader) => {
        const user = users.get(reader.userId);
        return user && reader.read === read ? [publicProfile(user)] : [];
      });
    return { readBy: profiles(true), deliveredTo: profiles(false) };
  }
}
