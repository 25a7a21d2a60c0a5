import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import { Entity, Index } from 'typeorm';

// Tells every instance that a member is out: polled, so that no broker outage delays it.
@Entity('group_revocations')
@Index('ix_group_revocations_effective', ['effectiveAt'])
export class GroupRevocation {
  @IdColumn()
  id: number;

  @BigintColumn('group_id')
  groupId: number;

  @BigintColumn('user_id')
  userId: number;

  @TimeColumn('effective_at')
  effectiveAt: Date;
}
