import type { AppConfig } from '@app/config';
import { addressKey, createAddressResolver, type AddressResolver } from '@app/http-kit';
import type { Principal } from '@app/security';
import { SimpUserRegistry, StompFatal, StompSessionEvents, type ConnectionOrigin, type StompSession } from '@app/stomp';
import { Inject, Injectable } from '@nestjs/common';
import { CHAT_CONFIG } from '../chat.tokens.js';

/** A principal with the address that its session counts for. */
export interface LivePrincipal extends Principal {
  readonly address: string;
}

const TRY_AGAIN_LATER = 1013;

/** How many sessions one user and one address may have at a time (reliability.md section 8); lifted with the rates. */
@Injectable()
export class ConnectionCounts {
  private readonly byAddress = new Map<string, number>();
  private readonly resolve: AddressResolver;

  constructor(
    private readonly users: SimpUserRegistry,
    events: StompSessionEvents,
    @Inject(CHAT_CONFIG) private readonly config: Pick<AppConfig, 'stomp' | 'rateLimits' | 'trustedProxies'>,
  ) {
    this.resolve = createAddressResolver(config.trustedProxies);
    events.onConnected((session) => this.count(session, 1));
    events.onDisconnected((session) => this.count(session, -1));
  }

  /** The principal of a connection that there is room for. @throws StompFatal when there is none */
  admit(principal: Principal, origin: ConnectionOrigin): LivePrincipal {
    const address = addressKey(this.resolve(origin.remoteAddress, origin.headers['x-forwarded-for']));
    const { connectionsPerUser, connectionsPerAddress } = this.config.stomp;
    const full =
      this.users.getUserSessions(principal.name).length >= connectionsPerUser ||
      (this.byAddress.get(address) ?? 0) >= connectionsPerAddress;
    if (full && this.config.rateLimits.enabled) throw new StompFatal('Too many connections', TRY_AGAIN_LATER);
    return { ...principal, address };
  }

  private count(session: StompSession, step: 1 | -1): void {
    const { address } = session.principal as LivePrincipal;
    const next = (this.byAddress.get(address) ?? 0) + step;
    if (next > 0) this.byAddress.set(address, next);
    else this.byAddress.delete(address);
  }
}
