import { Module } from '@nestjs/common';
import { BlocksModule } from '../blocks/index.js';
import { ContactsModule } from '../contacts/index.js';
import { RevocationsModule } from '../revocations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountExportService } from './account-export.service.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { CredentialsService } from './credentials.service.js';
import { PasswordCheckService } from './password-check.service.js';
import { ProfileAnnouncer } from './profile-announcer.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [UsersModule, ContactsModule, BlocksModule, RevocationsModule],
  controllers: [AccountsController, SessionsController],
  providers: [
    AccountsRepository,
    AccountsService,
    AccountExportService,
    CredentialsService,
    PasswordCheckService,
    ProfileAnnouncer,
    SessionsService,
  ],
})
export class AccountsModule {}
