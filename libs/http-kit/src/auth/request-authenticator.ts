import type { IncomingMessage } from 'node:http';
import { AppError } from '@app/contracts';
import { RevocationList, TOKEN_VERIFICATION, TokenService, type Principal } from '@app/security';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { Strategy, type StrategyOptionsWithRequest, type VerifiedCallback } from 'passport-jwt';
import { readBearerToken } from './bearer-token.js';

/** passport-jwt with the key as a KeyObject, one algorithm, issuer and audience pinned; the claims are TokenService's. */
function createStrategy(tokens: TokenService): Strategy {
  const options = {
    jwtFromRequest: (request: unknown) => readBearerToken(request as IncomingMessage),
    secretOrKey: tokens.key,
    passReqToCallback: true,
    jsonWebTokenOptions: TOKEN_VERIFICATION,
    algorithms: TOKEN_VERIFICATION.algorithms,
    issuer: TOKEN_VERIFICATION.issuer,
    audience: TOKEN_VERIFICATION.audience,
    ignoreExpiration: TOKEN_VERIFICATION.ignoreExpiration,
  };
  const admit = (request: unknown, payload: unknown, done: VerifiedCallback): void => {
    try {
      done(null, tokens.admit(readBearerToken(request as IncomingMessage) ?? '', payload));
    } catch (error) {
      done(error, false);
    }
  };
  return new Strategy(options as unknown as StrategyOptionsWithRequest, admit);
}

/**
 * Who sent a request: a valid token first, then the revocations. Tokens that were verified before are found in TokenService's cache; the others
 * go through passport-jwt, on a Passport of our own, since the three apps of the embedded default would overwrite each other's strategy in
 * passport's global one.
 */
@Injectable()
export class RequestAuthenticator {
  private readonly passport = new passport.Passport();

  constructor(
    private readonly tokens: TokenService,
    private readonly revocations: RevocationList,
  ) {
    this.passport.use('jwt', createStrategy(tokens));
  }

  /** Throws UNAUTHENTICATED, or TOKEN_EXPIRED. */
  async authenticate(request: FastifyRequest): Promise<Principal> {
    const token = readBearerToken(request.raw);
    if (token === null) throw new AppError('UNAUTHENTICATED');
    const principal = this.tokens.findVerified(token) ?? (await this.verify(request.raw));
    if (this.revocations.isRevoked(principal)) throw new AppError('UNAUTHENTICATED');
    return principal;
  }

  private verify(request: IncomingMessage): Promise<Principal> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown, principal?: Principal | false | null, info?: unknown): void => {
        if (principal) resolve(principal);
        else reject(error instanceof AppError ? error : new AppError('UNAUTHENTICATED', { cause: error ?? info }));
      };
      const run = this.passport.authenticate('jwt', { session: false }, settle) as (
        request: IncomingMessage,
        response: null,
        next: (error?: unknown) => void,
      ) => void;
      run(request, null, settle);
    });
  }
}
