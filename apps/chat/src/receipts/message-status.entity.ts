import { BigintColumn, BigintKeyColumn } from '@app/database';
import { Column, Entity, Index } from 'typeorm';

// A message read out of order, above its reader's read_seq.
@Entity('message_status')
@Index('ix_message_status_conversation_user_seq', ['conversationId', 'userId', 'seq'])
export class MessageStatusRow {
  @BigintKeyColumn('message_id')
  messageId: number;

  @BigintKeyColumn('user_id')
  userId: number;

  @Column('varchar', { name: 'status', length: 16 })
  status: string;

  @BigintColumn('conversation_id')
  conversationId: number;

  @BigintColumn('seq')
  seq: number;
}
