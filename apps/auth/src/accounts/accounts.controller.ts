import { Body, Controller, Delete, Get, Header, Post, Put } from '@nestjs/common';
import {
  AccountDeletionRequestSchema,
  AccountExportSchema,
  PasswordChangeRequestSchema,
  ProfileUpdateRequestSchema,
  RegisterRequestSchema,
  UserDtoSchema,
  type AccountDeletionRequest,
  type AccountExport,
  type PasswordChangeRequest,
  type ProfileUpdateRequest,
  type RegisterRequest,
  type UserDto,
} from '@app/contracts';
import { CurrentPrincipal, Public, RateLimit, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { z } from 'zod';
import { AccountExportService } from './account-export.service.js';
import { AccountsService } from './accounts.service.js';
import { CredentialsService } from './credentials.service.js';

@Controller('api/auth')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly credentials: CredentialsService,
    private readonly exports: AccountExportService,
  ) {}

  @Post('register')
  @Public()
  @RateLimit('register')
  @Returns(UserDtoSchema, {
    description: 'A new account; names and addresses are unique without regard to case',
    errors: ['VALIDATION_FAILED', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'RATE_LIMITED'],
  })
  register(@Body({ schema: RegisterRequestSchema }) body: RegisterRequest): Promise<UserDto> {
    return this.accounts.register(body);
  }

  @Get('profile')
  @Returns(UserDtoSchema, { description: "The caller's own account" })
  getProfile(@CurrentPrincipal() caller: Principal): Promise<UserDto> {
    return this.accounts.getProfile(caller.id);
  }

  @Put('profile')
  @Returns(UserDtoSchema, {
    description: 'The account after the change; absent fields stay as they are',
    errors: ['VALIDATION_FAILED'],
  })
  updateProfile(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: ProfileUpdateRequestSchema }) body: ProfileUpdateRequest,
  ): Promise<UserDto> {
    return this.accounts.updateProfile(caller.id, body);
  }

  @Delete('profile')
  @Returns(null, {
    description: 'Ends the account and all of its tokens at once',
    errors: ['VALIDATION_FAILED', 'WRONG_PASSWORD', 'RATE_LIMITED'],
  })
  deleteAccount(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: AccountDeletionRequestSchema }) body: AccountDeletionRequest,
  ): Promise<void> {
    return this.credentials.deleteAccount(caller, body.password);
  }

  @Put('password')
  @Returns(null, {
    description: "Ends all tokens but the caller's",
    errors: ['VALIDATION_FAILED', 'WRONG_PASSWORD', 'RATE_LIMITED'],
  })
  changePassword(
    @CurrentPrincipal() caller: Principal,
    @Body({ schema: PasswordChangeRequestSchema }) body: PasswordChangeRequest,
  ): Promise<void> {
    return this.credentials.changePassword(caller, body);
  }

  @Get('export')
  @Returns(AccountExportSchema, { description: 'Account, contacts and blocks of the caller' })
  getExport(@CurrentPrincipal() caller: Principal): Promise<AccountExport> {
    return this.exports.getExport(caller.id);
  }

  @Get('hello')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Returns(z.string(), { description: 'A greeting, as text' })
  hello(@CurrentPrincipal() caller: Principal): string {
    return `Hello ${caller.username}`;
  }
}
