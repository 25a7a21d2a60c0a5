import { Injectable } from '@nestjs/common';
import { RevocationList, TokenService, type Principal } from '@app/security';
import { StompFatal, type ConnectionOrigin, type StompHeaders } from '@app/stomp';
import { ConnectionCounts, type LivePrincipal } from './connection-counts.js';

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;

/** Who a CONNECT belongs to (protocol.md, decision 8): its first `Authorization`, else the upgrade's; never a query parameter. */
@Injectable()
export class StompAuthenticator {
  constructor(
    private readonly tokens: TokenService,
    private readonly revocations: RevocationList,
    private readonly counts: ConnectionCounts,
  ) {}

  authenticate(headers: StompHeaders, origin: ConnectionOrigin): LivePrincipal {
    const credentials = headers.get('Authorization') ?? headers.get('authorization') ?? origin.headers.authorization;
    const principal = this.find(BEARER.exec(credentials ?? '')?.[1] ?? '');
    if (principal === null) throw new StompFatal('Authentication is required');
    return this.counts.admit(principal, origin);
  }

  /** Null when the token is no good, or no good any more. */
  find(token: string): Principal | null {
    try {
      const principal = this.tokens.verify(token);
      return this.revocations.isRevoked(principal) ? null : principal;
    } catch {
      return null;
    }
  }
}
