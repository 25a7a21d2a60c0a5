import type { Principal } from '@app/security';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the token speaks for; null on public routes. */
    principal: Principal | null;
    /** The client's address, taken from `X-Forwarded-For` only behind trusted proxies. */
    clientAddress: string;
  }

  interface FastifyContextConfig {
    /** No token needed: set by `@Public()`. */
    public?: boolean;
  }
}
