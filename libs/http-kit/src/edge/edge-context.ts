import type { Logger } from '@app/observability';
import type { RequestAuthenticator } from '../auth/request-authenticator.js';
import type { AddressResolver } from '../rate-limit/client-address.js';
import type { RateLimiter } from '../rate-limit/rate-limiter.js';

/** Told once per answer. `route` is a pattern, never a path. */
export type RequestObserver = (method: string, route: string, status: number, ms: number) => void;

/** What the hooks of an app's edge work with. */
export interface EdgeContext {
  readonly logger: Logger;
  readonly instanceId: string;
  readonly origins: ReadonlySet<string>;
  readonly limiter: RateLimiter;
  readonly addressOf: AddressResolver;
  /** Routes, and paths without a route, that need no token though no `@Public()` says so. */
  readonly isPublic: (method: string, path: string) => boolean;
  /** Known once Nest has made its providers, before the first request. */
  authenticator: RequestAuthenticator | null;
  observe: RequestObserver | null;
}
