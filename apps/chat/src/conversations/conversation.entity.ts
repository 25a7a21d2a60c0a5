import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import { Column, Entity, Index } from 'typeorm';

@Entity('conversations')
@Index('uq_conversations_pair', ['lowId', 'highId'], { unique: true })
@Index('uq_conversations_group', ['groupId'], { unique: true })
@Index('ix_conversations_high', ['highId'])
export class Conversation {
  @IdColumn()
  id: number;

  @Column('varchar', { name: 'kind', length: 8 })
  kind: 'PRIVATE' | 'GROUP';

  @BigintColumn('low_id', { nullable: true })
  lowId: number | null;

  @BigintColumn('high_id', { nullable: true })
  highId: number | null;

  @BigintColumn('group_id', { nullable: true })
  groupId: number | null;

  @BigintColumn('first_seq', { default: 1 })
  firstSeq: number;

  @BigintColumn('last_seq', { default: 0 })
  lastSeq: number;

  @TimeColumn('last_timestamp', { nullable: true })
  lastTimestamp: Date | null;

  @BigintColumn('last_message_id', { nullable: true })
  lastMessageId: number | null;

  @BigintColumn('membership_version', { default: 0 })
  membershipVersion: number;
}
