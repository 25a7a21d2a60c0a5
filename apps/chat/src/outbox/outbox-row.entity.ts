import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import { Column, Entity, Index } from 'typeorm';

// Column names are Debezium's, which may read this table instead of the relay.
@Entity('outbox')
@Index('ix_outbox_owner_published', ['owner', 'publishedAt', 'id'])
@Index('ix_outbox_conversation_published', ['conversationId', 'publishedAt', 'seq'], { where: 'published_at IS NULL' })
export class OutboxRow {
  @IdColumn()
  id: number;

  @Column('varchar', { name: 'topic', length: 64 })
  topic: string;

  @Column('varchar', { name: 'aggregatetype', length: 64 })
  aggregatetype: string;

  @Column('varchar', { name: 'aggregateid', length: 64 })
  aggregateid: string;

  @Column('varchar', { name: 'type', length: 64 })
  type: string;

  @Column('mediumtext', { name: 'payload' })
  payload: string;

  @BigintColumn('conversation_id')
  conversationId: number;

  @BigintColumn('seq', { nullable: true })
  seq: number | null;

  @BigintColumn('from_seq', { nullable: true })
  fromSeq: number | null;

  @Column('varchar', { name: 'owner', length: 100 })
  owner: string;

  @TimeColumn('created_at')
  createdAt: Date;

  @TimeColumn('published_at', { nullable: true })
  publishedAt: Date | null;

  @Column('int', { name: 'attempts', default: 0 })
  attempts: number;
}
