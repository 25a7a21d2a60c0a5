import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import type { RevocationReason } from '@app/security';
import { Column, Entity, Index } from 'typeorm';

/** One end of tokens, which every auth and chat instance polls (architecture.md, "The shape"). */
@Entity('revocations')
@Index('ix_revocations_user_id', ['userId'])
@Index('ix_revocations_expires_at', ['expiresAt'])
export class Revocation {
  @IdColumn()
  id: number;

  @BigintColumn('user_id')
  userId: number;

  @Column('varchar', { name: 'token_id', length: 64, nullable: true })
  tokenId: string | null;

  @Column('int', { name: 'min_version', nullable: true })
  minVersion: number | null;

  @Column('varchar', { name: 'except_token_id', length: 64, nullable: true })
  exceptTokenId: string | null;

  @TimeColumn('effective_at')
  effectiveAt: Date;

  @TimeColumn('expires_at')
  expiresAt: Date;

  @Column('varchar', { length: 16 })
  reason: RevocationReason;
}
