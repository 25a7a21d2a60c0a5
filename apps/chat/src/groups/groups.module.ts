import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/index.js';
import { DirectoryModule } from '../directory/index.js';
import { AccountDeletions } from './account-deletions.service.js';
import { GroupAdmission } from './group-admission.service.js';
import { GroupChanges } from './group-changes.service.js';
import { GroupMembers } from './group-members.service.js';
import { GroupViews } from './group-views.service.js';
import { GroupsController } from './groups.controller.js';
import { GroupsRepository } from './groups.repository.js';
import { GroupsService } from './groups.service.js';

/** Needs `Database`, the group limit and the outbox from global modules. */
@Module({
  imports: [ConversationsModule, DirectoryModule],
  controllers: [GroupsController],
  providers: [
    GroupsRepository,
    GroupMembers,
    GroupViews,
    GroupAdmission,
    GroupChanges,
    GroupsService,
    AccountDeletions,
  ],
  exports: [GroupMembers, AccountDeletions],
})
export class GroupsModule {}
