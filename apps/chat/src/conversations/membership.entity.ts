import { BigintColumn, IdColumn } from '@app/database';
import { Entity, Index } from 'typeorm';

// One row per stay: member of a seq when joinedSeq < seq <= leftSeq, null being open.
@Entity('memberships')
@Index('ix_memberships_user', ['userId', 'leftSeq'])
@Index('ix_memberships_conversation_user', ['conversationId', 'userId'])
export class Membership {
  @IdColumn()
  id: number;

  @BigintColumn('conversation_id')
  conversationId: number;

  @BigintColumn('user_id')
  userId: number;

  @BigintColumn('joined_seq')
  joinedSeq: number;

  @BigintColumn('left_seq', { nullable: true })
  leftSeq: number | null;

  @BigintColumn('read_seq')
  readSeq: number;

  @BigintColumn('own_after', { default: 0 })
  ownAfter: number;

  @BigintColumn('read_ahead', { default: 0 })
  readAhead: number;
}
