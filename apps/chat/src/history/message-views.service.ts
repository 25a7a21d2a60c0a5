import { Injectable } from '@nestjs/common';
import type { MessageDto } from '@app/contracts';
import type { EntityManager } from '@app/database';
import { MessageStatusView, type ViewerStates } from '../conversations/index.js';
import { DirectoryRepository } from '../directory/index.js';
import { toMessageDto, type MessageRow, type MessageUsers } from '../messages/index.js';

/** What the caller of a view has read already. */
export interface KnownToViewer {
  /** Everyone whom the messages name. */
  readonly users?: MessageUsers;
  readonly states?: ViewerStates;
}

/** Stored messages as one viewer sees them: under today's names and with the viewer's statuses. */
@Injectable()
export class MessageViews {
  constructor(
    private readonly directory: DirectoryRepository,
    private readonly statuses: MessageStatusView,
  ) {}

  async viewAll(
    em: EntityManager,
    viewerId: number,
    rows: readonly MessageRow[],
    known: KnownToViewer = {},
  ): Promise<MessageDto[]> {
    if (rows.length === 0) return [];
    const users = known.users ?? (await this.directory.findUsers(em, rows.flatMap(usersOf)));
    const statuses = await this.statuses.statuses(em, viewerId, rows, known.states);
    return rows.map((row) => toMessageDto(row, users, statuses.get(row.id) ?? 'DELIVERED'));
  }
}

const usersOf = ({ senderId, receiverId }: MessageRow): number[] =>
  receiverId === null ? [senderId] : [senderId, receiverId];
