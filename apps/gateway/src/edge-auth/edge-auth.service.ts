import type { IncomingMessage } from 'node:http';
import { AppError } from '@app/contracts';
import { readBearerToken } from '@app/http-kit';
import { TokenService } from '@app/security';
import { Injectable } from '@nestjs/common';
import { isPublic } from '../routes/index.js';

/**
 * The seed's JwtAuthenticationFilter: who may pass the edge. Each service verifies the token again, and looks at revocations, which the gateway,
 * holding no data, does not know.
 */
@Injectable()
export class EdgeAuth {
  constructor(private readonly tokens: TokenService) {}

  /** UNAUTHENTICATED without a valid token, ROLE_NOT_ALLOWED for any role but USER (security.md S56). */
  admit(request: IncomingMessage, path: string): void {
    if (isPublic(request.method ?? '', path)) return;
    const token = readBearerToken(request);
    if (token === null) throw new AppError('UNAUTHENTICATED');
    const { role } = this.tokens.verify(token);
    if (role !== 'USER') throw new AppError('ROLE_NOT_ALLOWED');
  }
}
