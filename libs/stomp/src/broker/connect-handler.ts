import { negotiateHeartbeat } from '../codec/heart-beats.js';
import { encoderFor } from '../codec/stomp-encoder.js';
import type { StompFrame } from '../codec/stomp-frame.js';
import { StompProtocolError } from '../codec/stomp-protocol-error.js';
import { STOMP_VERSIONS, negotiateVersion } from '../codec/stomp-version.js';
import type { StompBrokerOptions } from './broker-options.js';
import type { ServerSession } from './server-session.js';
import type { SimpUserRegistry } from './simp-user-registry.js';
import type { StompSessionEvents } from './stomp-session-events.js';

const DEFAULT_HEARTBEAT = [10_000, 10_000] as const;

/** CONNECT and STOMP: version, heart-beats, authentication, then CONNECTED (protocol.md, decisions 7 to 9). */
export class ConnectHandler {
  constructor(
    private readonly options: Pick<StompBrokerOptions, 'authenticate' | 'heartbeat'>,
    private readonly users: SimpUserRegistry,
    private readonly events: StompSessionEvents,
  ) {}

  async connect(session: ServerSession, { headers }: StompFrame): Promise<void> {
    const version = negotiateVersion(headers.get('accept-version'));
    if (version === undefined) {
      throw new StompProtocolError('No common STOMP version', { version: STOMP_VERSIONS.join(',') });
    }
    const heartbeat = this.options.heartbeat ?? DEFAULT_HEARTBEAT;
    const plan = negotiateHeartbeat(headers.get('heart-beat'), heartbeat);
    const principal = await this.options.authenticate(headers, session.connection.origin);
    if (session.state !== 'opened') return;
    session.connected(principal, version, plan);
    this.users.add(session);
    session.write(encoderFor(version).connected(heartbeat, principal.name));
    this.events.connected(session);
  }
}
