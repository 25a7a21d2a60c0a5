import { BigintKeyColumn, TimeColumn } from '@app/database';
import { Column, Entity } from 'typeorm';
import { OutboxColumns } from './outbox-columns.entity.js';

@Entity('outbox_dead')
export class DeadOutboxRow extends OutboxColumns {
  @BigintKeyColumn('id')
  id: number;

  @Column('int', { name: 'attempts' })
  attempts: number;

  @Column('varchar', { name: 'reason', length: 500 })
  reason: string;

  @TimeColumn('died_at')
  diedAt: Date;
}
