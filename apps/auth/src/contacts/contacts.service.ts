import { Injectable } from '@nestjs/common';
import { AppError, type ContactDto, type Page, type PublicUserDto } from '@app/contracts';
import { Database } from '@app/database';
import { toPage, type PageRequest } from '@app/http-kit';
import { BlocksRepository } from '../blocks/index.js';
import { UsersRepository, toPublicUserDto } from '../users/index.js';
import { ContactsRepository, type ContactRow } from './contacts.repository.js';

@Injectable()
export class ContactsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly blocks: BlocksRepository,
    private readonly contacts: ContactsRepository,
  ) {}

  /** Adding again answers the same entry. BLOCKED when the contact blocks the caller, also when it was on the list before. */
  async addContact(userId: number, contactId: number): Promise<ContactDto> {
    if (userId === contactId) throw new AppError('SELF_TARGET');
    return this.database.transaction(async (em) => {
      const user = await this.users.getCaller(userId, em);
      const contact = await this.users.findById(contactId, em);
      if (!contact) throw new AppError('NOT_FOUND');
      if (await this.blocks.isBlocking(em, contactId, userId)) throw new AppError('BLOCKED');
      const id = await this.contacts.add(em, userId, contactId);
      return { id, user: toPublicUserDto(user), contact: toPublicUserDto(contact) };
    });
  }

  async addContactByUsername(userId: number, username: string): Promise<ContactDto> {
    const contact = await this.users.findByUsername(username);
    if (!contact) throw new AppError('NOT_FOUND');
    return this.addContact(userId, contact.id);
  }

  async removeContact(userId: number, contactId: number): Promise<void> {
    const removed = await this.database.transaction((em) => this.contacts.remove(em, userId, contactId));
    if (!removed) throw new AppError('NOT_FOUND');
  }

  async listContacts(userId: number, prefix: string, page: PageRequest): Promise<Page<ContactDto>> {
    const user = toPublicUserDto(await this.users.getCaller(userId));
    const { rows, total } = await this.contacts.listPage(userId, prefix, page);
    const content = rows.map((row) => toContactDto(user, row));
    return toPage(content, total, page);
  }

  /** All of them, oldest first. */
  async listAllContacts(userId: number): Promise<ContactDto[]> {
    const user = toPublicUserDto(await this.users.getCaller(userId));
    return (await this.contacts.listAll(userId)).map((row) => toContactDto(user, row));
  }
}

const toContactDto = (user: PublicUserDto, row: ContactRow): ContactDto => ({
  id: row.entryId,
  user,
  contact: toPublicUserDto(row),
});
