import { BigintColumn, TimeColumn } from '@app/database';
import { Column } from 'typeorm';

/** What a row keeps when it is set aside. Column names are Debezium's, which may read the outbox instead of the relay. */
export abstract class OutboxColumns {
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
}
