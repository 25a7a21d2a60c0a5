export { Contact } from './contact.entity.js';
export { ContactsRepository } from './contacts.repository.js';
export { ContactsService } from './contacts.service.js';
export { ContactsModule } from './contacts.module.js';
