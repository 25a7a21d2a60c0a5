import { Injectable } from '@nestjs/common';
import type { AccountExport } from '@app/contracts';
import { BlocksService } from '../blocks/index.js';
import { ContactsService } from '../contacts/index.js';
import { UsersRepository, toUserDto } from '../users/index.js';

@Injectable()
export class AccountExportService {
  constructor(
    private readonly users: UsersRepository,
    private readonly contacts: ContactsService,
    private readonly blocks: BlocksService,
  ) {}

  /** Everything auth holds about the user, but the password. */
  async getExport(userId: number): Promise<AccountExport> {
    const account = toUserDto(await this.users.getCaller(userId));
    const contacts = await this.contacts.listAllContacts(userId);
    return { account, contacts, blocks: await this.blocks.listAllBlocks(userId) };
  }
}
