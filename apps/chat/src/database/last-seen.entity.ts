import { TimeColumn } from '@app/database';
import { Entity, PrimaryColumn } from 'typeorm';

@Entity('last_seen')
export class LastSeen {
  @PrimaryColumn('varchar', { name: 'username', length: 32 })
  username: string;

  @TimeColumn('seen_at')
  seenAt: Date;
}
