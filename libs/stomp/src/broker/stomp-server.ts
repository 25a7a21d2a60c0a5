import type { StompConnection } from '../transport/stomp-connection.js';
import type { ApplicationHandlers } from './application-handlers.js';
import { DEFAULT_STOMP_LIMITS, type StompBrokerOptions, type StompLimits } from './broker-options.js';
import { ConnectHandler } from './connect-handler.js';
import { Destinations } from './destinations.js';
import { FrameDispatcher } from './frame-dispatcher.js';
import { FrameRefuser, type ErrorMapping } from './frame-refuser.js';
import { SendHandler } from './send-handler.js';
import { ServerSession, type FrameHandler, type SessionHost } from './server-session.js';
import type { SimpUserRegistry } from './simp-user-registry.js';
import type { SimpleBroker } from './simple-broker.js';
import type { StompSessionEvents } from './stomp-session-events.js';
import { SubscribeHandler } from './subscribe-handler.js';
import type { SubscriptionRegistry } from './subscription-registry.js';
import { TimerWheel } from './timer-wheel.js';
import { UserDestinationResolver } from './user-destination-resolver.js';

/** The parts of a STOMP server that outlive its sockets; the application sends and looks up through them. */
export interface BrokerParts {
  readonly registry: SubscriptionRegistry;
  readonly users: SimpUserRegistry;
  readonly broker: SimpleBroker;
  readonly events: StompSessionEvents;
}

export interface ShutdownOptions {
  /** WebSocket close code all sessions get; 1001 (going away), or 1012 for a restart. */
  readonly code?: number;
  /** Sessions are closed evenly over this time; 0. */
  readonly spreadMs?: number;
  /** From the last close until what is still open is dropped; 5,000. */
  readonly timeoutMs?: number;
}

/** Sessions over connections, whatever carries them. */
export class StompServer implements SessionHost {
  readonly limits: StompLimits;
  readonly wheel: TimerWheel;
  readonly registry: SubscriptionRegistry;
  readonly frames: FrameHandler;
  private readonly open = new Set<ServerSession>();
  private readonly now: () => number;
  private closing: Promise<void> | undefined;
  private closeCode = 1001;
  private whenEmpty: (() => void) | undefined;

  constructor(
    private readonly parts: BrokerParts,
    handlers: ApplicationHandlers,
    options: StompBrokerOptions,
    errors: ErrorMapping = options,
  ) {
    this.limits = { ...DEFAULT_STOMP_LIMITS, ...options.limits };
    this.wheel = new TimerWheel(options.monotonic);
    this.registry = parts.registry;
    this.now = options.now ?? Date.now;
    this.frames = frameHandler(parts, handlers, options, errors, this.limits);
  }

  get sessionCount(): number {
    return this.open.size;
  }

  /** Starts a session; while closing, the connection is closed at once. */
  accept(connection: StompConnection): void {
    const session = new ServerSession(this, connection, this.now());
    this.open.add(session);
    if (this.closing !== undefined) session.close(this.closeCode, '');
  }

  ended(session: ServerSession, closeCode: number): void {
    this.parts.users.remove(session);
    if (session.wasConnected) this.parts.events.disconnected(session, closeCode);
  }

  closed(session: ServerSession): void {
    this.open.delete(session);
    if (this.open.size === 0) this.whenEmpty?.();
  }

  /**
   * Ends all sessions, each after the frame it is handling and that frame's RECEIPT, and resolves when every connection is gone: at most
   * spread plus time-out later. Idempotent.
   */
  close(options: ShutdownOptions = {}): Promise<void> {
    return (this.closing ??= this.closeAll(options));
  }

  private async closeAll({ code = 1001, spreadMs = 0, timeoutMs = 5_000 }: ShutdownOptions): Promise<void> {
    this.closeCode = code;
    const sessions = [...this.open];
    const steps = Math.max(1, Math.ceil(spreadMs / 100));
    const share = Math.ceil(sessions.length / steps);
    for (let step = 0; step < steps; step++) {
      for (const session of sessions.slice(step * share, (step + 1) * share)) session.leave(code);
      if (step + 1 < steps && this.open.size > 0) await after(spreadMs / steps);
    }
    await this.emptied(timeoutMs);
    for (const session of this.open) session.connection.terminate();
    this.wheel.stop();
  }

  private async emptied(timeoutMs: number): Promise<void> {
    if (this.open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.whenEmpty = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

function frameHandler(
  { broker, users, events }: BrokerParts,
  handlers: ApplicationHandlers,
  options: StompBrokerOptions,
  errors: ErrorMapping,
  limits: StompLimits,
): FrameHandler {
  const resolver = new UserDestinationResolver(options.userPrefix);
  const destinations = new Destinations(resolver, options.applicationPrefix ?? '/app', options.openBroker ?? false);
  return new FrameDispatcher(
    options,
    new ConnectHandler(options, users, events),
    new SubscribeHandler(options, destinations, events, limits.subscriptions),
    new SendHandler(destinations, handlers, broker),
    new FrameRefuser(errors, broker, options.errorQueue),
  );
}
