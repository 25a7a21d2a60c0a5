import { IdColumn, TimeColumn } from '@app/database';
import { Column, Entity, Index } from 'typeorm';
import { OutboxColumns } from './outbox-columns.entity.js';

@Entity('outbox')
@Index('ix_outbox_owner_published', ['owner', 'publishedAt', 'id'])
@Index('ix_outbox_conversation_published', ['conversationId', 'publishedAt', 'seq'], { where: 'published_at IS NULL' })
export class OutboxRow extends OutboxColumns {
  @IdColumn()
  id: number;

  @TimeColumn('published_at', { nullable: true })
  publishedAt: Date | null;

  @Column('int', { name: 'attempts', default: 0 })
  attempts: number;
}
