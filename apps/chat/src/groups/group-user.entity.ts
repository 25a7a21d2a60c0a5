import { BigintKeyColumn } from '@app/database';
import { Entity, Index } from 'typeorm';

// The current members, as the seed keeps them.
@Entity('group_users')
@Index('ix_group_users_user', ['userId'])
export class GroupUser {
  @BigintKeyColumn('group_id')
  groupId: number;

  @BigintKeyColumn('user_id')
  userId: number;
}
