import { Injectable } from '@nestjs/common';
import type { MessageDto } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { MessageStatusView } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import { toMessageDto, type MessageRow } from '../messages/index.js';

/** Stored messages as one viewer sees them: under today's names and with the viewer's statuses. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly statuses: MessageStatusView,
  ) {}

  async viewAll(em: EntityManager, viewerId: number, rows: readonly MessageRow[]): Promise<MessageDto[]> {
    if (rows.length === 0) return [];
    const users = await this.directory.findUsers(
      em,
      rows.flatMap(({ senderId, receiverId }) => (receiverId === null ? [senderId] : [senderId, receiverId])),
    );
    const statuses = await this.statuses.statuses(em, viewerId, rows);
    return rows.map((row) => toMessageDto(row, users, statuses.get(row.id) ?? 'DELIVERED'));
  }
}
