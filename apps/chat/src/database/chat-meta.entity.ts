import { Column, Entity, PrimaryColumn } from 'typeorm';

// Facts about this database; `epoch` is made once, so that clients see when another or an older one took its place.
@Entity('chat_meta')
export class ChatMeta {
  @PrimaryColumn('varchar', { name: 'name', length: 64 })
  name: string;

  @Column('varchar', { name: 'value', length: 255 })
  value: string;
}
