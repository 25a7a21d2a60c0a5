import { BigintColumn, IdColumn } from '@app/database';
import { Entity, Index } from 'typeorm';

@Entity('contacts')
@Index('uq_contacts_user_id_contact_id', ['userId', 'contactId'], { unique: true })
@Index('ix_contacts_contact_id', ['contactId'])
export class Contact {
  @IdColumn()
  id: number;

  /** Whose list it is. */
  @BigintColumn('user_id')
  userId: number;

  @BigintColumn('contact_id')
  contactId: number;
}
