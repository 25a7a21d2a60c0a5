import { BigintColumn, IdColumn } from '@app/database';
import { Entity, Index } from 'typeorm';

@Entity('blocks')
@Index('uq_blocks_user_id_blocked_user_id', ['userId', 'blockedUserId'], { unique: true })
@Index('ix_blocks_blocked_user_id', ['blockedUserId'])
export class Block {
  @IdColumn()
  id: number;

  /** Who blocks. */
  @BigintColumn('user_id')
  userId: number;

  @BigintColumn('blocked_user_id')
  blockedUserId: number;
}
