import type { Schema } from '@app/database';
import { Block } from './blocks/block.entity.js';
import { Contact } from './contacts/contact.entity.js';
import { CreateAuthTables1763800000000 } from './database/index.js';
import { Revocation } from './revocations/revocation.entity.js';
import { User } from './users/user.entity.js';

/** The tables that auth owns, migrates and writes. */
export const authSchema = {
  owner: 'auth',
  entities: [User, Contact, Block, Revocation],
  migrations: [CreateAuthTables1763800000000],
} satisfies Schema;
