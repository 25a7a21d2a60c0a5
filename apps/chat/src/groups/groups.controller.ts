import { Body, Controller, Delete, Get, Post, Put } from '@nestjs/common';
import {
  AddMembersRequestSchema,
  GroupDtoSchema,
  GroupMemberPageSchema,
  GroupNameRequestSchema,
  type AddMembersRequest,
  type ErrorCode,
  type GroupDto,
  type GroupNameRequest,
  type Page,
  type PublicUserDto,
} from '@app/contracts';
import { CurrentPrincipal, PageQuery, PathId, RateLimit, Returns, type PageRequest } from '@app/http-kit';
import type { Principal } from '@app/security';
import { GroupViews } from './group-views.service.js';
import { GroupsService } from './groups.service.js';

const MEMBERS_ONLY = ['VALIDATION_FAILED', 'NOT_FOUND', 'NOT_A_MEMBER'] as const satisfies ErrorCode[];
const CREATOR_ONLY = [...MEMBERS_ONLY, 'FORBIDDEN', 'RATE_LIMITED'] as const satisfies ErrorCode[];
const ADDING = [...CREATOR_ONLY, 'NOT_A_CONTACT', 'BLOCKED', 'GROUP_FULL'] as const satisfies ErrorCode[];

@Controller('api/groups')
export class GroupsController {
  constructor(
    private readonly groups: GroupsService,
    private readonly views: GroupViews,
  ) {}

  @Post()
  @RateLimit('writes')
  @Returns(GroupDtoSchema, {
    description: 'The new group; the caller is its creator and first member',
    errors: ['VALIDATION_FAILED', 'RATE_LIMITED'],
  })
  createGroup(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: GroupNameRequestSchema }) { name }: GroupNameRequest,
  ): Promise<GroupDto> {
    return this.groups.createGroup(caller.id, name);
  }

  @Get(':groupId')
  @Returns(GroupDtoSchema, { description: 'The group, for its members', errors: MEMBERS_ONLY })
  getGroup(@CurrentPrincipal() caller: Principal, @PathId('groupId') groupId: number): Promise<GroupDto> {
    return this.views.getGroup(caller.id, groupId);
  }

  @Put(':groupId')
  @RateLimit('writes')
  @Returns(GroupDtoSchema, { description: 'Renames the group', errors: CREATOR_ONLY })
  renameGroup(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @Body({ schema: GroupNameRequestSchema }) { name }: GroupNameRequest,
  ): Promise<GroupDto> {
    return this.groups.renameGroup(caller.id, groupId, name);
  }

  @Get(':groupId/members')
  @Returns(GroupMemberPageSchema, { description: 'The members, for members', errors: MEMBERS_ONLY })
  listMembers(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @PageQuery({ sort: ['id', 'username'], defaultSort: 'id,asc' }) page: PageRequest,
  ): Promise<Page<PublicUserDto>> {
    return this.views.listMembers(caller.id, groupId, page);
  }

  @Post(':groupId/users')
  @RateLimit('writes')
  @Returns(GroupDtoSchema, { description: 'Adds contacts of the creator, all of them or none', errors: ADDING })
  addMembers(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @Body({ schema: AddMembersRequestSchema }) { userIds }: AddMembersRequest,
  ): Promise<GroupDto> {
    return this.groups.addMembers(caller.id, groupId, userIds);
  }

  @Post(':groupId/users/:userId')
  @RateLimit('writes')
  @Returns(GroupDtoSchema, {
    description: 'Adds a contact of the creator; the same answer when they were a member',
    errors: ADDING,
  })
  addMember(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @PathId('userId') userId: number,
  ): Promise<GroupDto> {
    return this.groups.addMembers(caller.id, groupId, [userId]);
  }

  @Delete(':groupId/users/:userId')
  @RateLimit('writes')
  @Returns(GroupDtoSchema, {
    description: 'The creator removes a member, or a member leaves',
    errors: [...CREATOR_ONLY, 'CREATOR_MUST_TRANSFER'],
  })
  removeMember(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @PathId('userId') userId: number,
  ): Promise<GroupDto> {
    return this.groups.removeMember(caller.id, groupId, userId);
  }

  @Post(':groupId/owner/:userId')
  @RateLimit('writes')
  @Returns(GroupDtoSchema, {
    description: 'Makes another member the creator',
    errors: [...CREATOR_ONLY, 'BAD_REQUEST'],
  })
  transferGroup(
    @CurrentPrincipal() caller: Principal,
    @PathId('groupId') groupId: number,
    @PathId('userId') userId: number,
  ): Promise<GroupDto> {
    return this.groups.transferGroup(caller.id, groupId, userId);
  }
}
