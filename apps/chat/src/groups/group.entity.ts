import { BigintColumn, IdColumn, TimeColumn } from '@app/database';
import { Column, Entity } from 'typeorm';

@Entity('groups')
export class Group {
  @IdColumn()
  id: number;

  @Column('varchar', { name: 'name', length: 100 })
  name: string;

  @BigintColumn('created_by')
  createdBy: number;

  @TimeColumn('created_at')
  createdAt: Date;
}
