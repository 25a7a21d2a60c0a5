import { IdColumn, TimeColumn } from '@app/database';
import type { Role } from '@app/contracts';
import { Column, Entity, Index } from 'typeorm';

/** `username` and `email` compare without case, so their unique indexes do, too. */
@Entity('users')
@Index('uq_users_username', ['username'], { unique: true })
@Index('uq_users_email', ['email'], { unique: true })
export class User {
  @IdColumn()
  id: number;

  @Column('varchar', { length: 32 })
  username: string;

  /** Null once the account is deleted. */
  @Column('varchar', { length: 254, nullable: true })
  email: string | null;

  /** A bcrypt hash; empty once the account is deleted. */
  @Column('varchar', { length: 100 })
  password: string;

  @Column('varchar', { length: 16, default: 'USER' })
  role: Role;

  @Column('varchar', { name: 'profile_picture_url', length: 2048, nullable: true })
  profilePictureUrl: string | null;

  @Column('varchar', { length: 500, nullable: true })
  about: string | null;

  /** Tokens of a lower version are revoked. */
  @Column('int', { name: 'token_version', default: 0 })
  tokenVersion: number;

  @TimeColumn('created_at')
  createdAt: Date;

  @TimeColumn('deleted_at', { nullable: true })
  deletedAt: Date | null;
}
