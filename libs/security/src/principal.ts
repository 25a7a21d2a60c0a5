import type { Role } from '@app/contracts';

/** Who a verified token speaks for. */
export interface Principal {
  readonly id: number;
  readonly username: string;
  /** The username again, so that a principal serves as a STOMP principal. */
  readonly name: string;
  readonly role: Role;
  /** The token's `jti`. */
  readonly tokenId: string;
  readonly tokenVersion: number;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch; the token is void from this second on. */
  readonly expiresAt: number;
}
