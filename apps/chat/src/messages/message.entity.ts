import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import { Column, Entity, Index } from 'typeorm';

@Entity('messages')
@Index('uq_messages_conversation_seq', ['conversationId', 'seq'], { unique: true })
@Index('uq_messages_sender_client_msg_id', ['senderId', 'clientMsgId'], { unique: true })
@Index('ix_messages_conversation_sender_seq', ['conversationId', 'senderId', 'seq'])
export class Message {
  @IdColumn()
  id: number;

  @BigintColumn('conversation_id')
  conversationId: number;

  @BigintColumn('seq')
  seq: number;

  @BigintColumn('sender_id')
  senderId: number;

  @BigintColumn('receiver_id', { nullable: true })
  receiverId: number | null;

  @BigintColumn('group_id', { nullable: true })
  groupId: number | null;

  @Column('text', { name: 'content' })
  content: string;

  @TimeColumn('timestamp')
  timestamp: Date;

  // Stays DELIVERED: the status shown is derived from the memberships.
  @Column('varchar', { name: 'status', length: 16, default: 'DELIVERED' })
  status: string;

  @Column({ type: 'varchar', name: 'client_msg_id', length: 64, nullable: true, collation: 'utf8mb4_bin' })
  clientMsgId: string | null;
}
