export { GroupsModule } from './groups.module.js';
export { GroupMembers, type GroupMembership } from './group-members.service.js';
export { AccountDeletions } from './account-deletions.service.js';
