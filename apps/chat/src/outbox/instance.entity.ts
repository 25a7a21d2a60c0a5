import { BigintColumn, TimeColumn } from '@app/database';
import { Entity, PrimaryColumn } from 'typeorm';

// A chat instance's lease by the database's clock; the fence grows with each new owner of the id.
@Entity('instances')
export class Instance {
  @PrimaryColumn('varchar', { name: 'id', length: 100 })
  id: string;

  @BigintColumn('fence')
  fence: number;

  @TimeColumn('expires_at')
  expiresAt: Date;
}
