import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import {
  ContactByUsernameRequestSchema,
  ContactDtoSchema,
  ContactPageSchema,
  type ContactDto,
  type Page,
} from '@app/contracts';
import { CurrentPrincipal, PageQuery, PathId, RateLimit, Returns, type PageRequest } from '@app/http-kit';
import type { Principal } from '@app/security';
import { z } from 'zod';
import { ContactsService } from './contacts.service.js';

const FilterSchema = z.string().default('');

@Controller('api/contacts')
export class ContactsController {
  constructor(private readonly contacts: ContactsService) {}

  @Post('by-username')
  @RateLimit('writes')
  @Returns(ContactDtoSchema, {
    description: 'Adds the user of that name; the same answer when it was a contact',
    errors: ['VALIDATION_FAILED', 'SELF_TARGET', 'BLOCKED', 'NOT_FOUND', 'RATE_LIMITED'],
  })
  addContactByUsername(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: ContactByUsernameRequestSchema }) body: z.infer<typeof ContactByUsernameRequestSchema>,
  ): Promise<ContactDto> {
    return this.contacts.addContactByUsername(caller.id, body.username);
  }

  @Post(':contactId')
  @RateLimit('writes')
  @Returns(ContactDtoSchema, {
    description: 'Adds the user; the same answer when it was a contact',
    errors: ['VALIDATION_FAILED', 'SELF_TARGET', 'BLOCKED', 'NOT_FOUND', 'RATE_LIMITED'],
  })
  addContact(@CurrentPrincipal() caller: Principal, @PathId('contactId') contactId: number): Promise<ContactDto> {
    return this.contacts.addContact(caller.id, contactId);
  }

  @Delete(':contactId')
  @RateLimit('writes')
  @Returns(null, {
    description: 'Removes the contact; 404 when it was none',
    errors: ['VALIDATION_FAILED', 'NOT_FOUND', 'RATE_LIMITED'],
  })
  removeContact(@CurrentPrincipal() caller: Principal, @PathId('contactId') contactId: number): Promise<void> {
    return this.contacts.removeContact(caller.id, contactId);
  }

  @Get()
  @Returns(ContactPageSchema, {
    description: "The caller's own contacts, with q only those whose name begins with it",
    errors: ['VALIDATION_FAILED'],
  })
  listContacts(
    @CurrentPrincipal() caller: Principal,
    @Query('q', { schema: FilterSchema }) q: string,
    @PageQuery({ sort: ['id', 'contact.username'], defaultSort: 'id,asc' }) page: PageRequest,
  ): Promise<Page<ContactDto>> {
    return this.contacts.listContacts(caller.id, q, page);
  }
}
