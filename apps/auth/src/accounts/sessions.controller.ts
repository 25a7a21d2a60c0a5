import { Body, Controller, Post, Query } from '@nestjs/common';
import { AuthRequestSchema, AuthResponseSchema, type AuthRequest, type AuthResponse } from '@app/contracts';
import { CurrentPrincipal, Public, RateLimit, Returns } from '@app/http-kit';
import type { Principal } from '@app/security';
import { z } from 'zod';
import { SessionsService } from './sessions.service.js';

const AllSchema = z.enum(['true', 'false']).default('false');

@Controller('api/auth')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Post('login')
  @Public()
  @RateLimit('login')
  @Returns(AuthResponseSchema, {
    description: 'A token for ten hours',
    errors: ['VALIDATION_FAILED', 'BAD_CREDENTIALS', 'RATE_LIMITED'],
  })
  login(@Body({ schema: AuthRequestSchema }) body: AuthRequest): Promise<AuthResponse> {
    return this.sessions.login(body);
  }

  @Post('refresh')
  @Returns(AuthResponseSchema, { description: 'A new token; the old one ends after 60 s' })
  refresh(@CurrentPrincipal() caller: Principal): Promise<AuthResponse> {
    return this.sessions.refresh(caller);
  }

  @Post('logout')
  @Returns(null, {
    description: "Ends this token; with all=true all of the user's tokens",
    errors: ['VALIDATION_FAILED'],
  })
  logout(@CurrentPrincipal() caller: Principal, @Query('all', { schema: AllSchema }) all: string): Promise<void> {
    return all === 'true' ? this.sessions.logoutAll(caller) : this.sessions.logout(caller);
  }
}
