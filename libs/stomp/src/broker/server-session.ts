import type { HeartbeatPlan } from '../codec/heart-beats.js';
import { StompDecoder } from '../codec/stomp-decoder.js';
import { EOL, encoderFor, type ErrorFrame } from '../codec/stomp-encoder.js';
import type { StompFrame } from '../codec/stomp-frame.js';
import { StompProtocolError } from '../codec/stomp-protocol-error.js';
import type { StompVersion } from '../codec/stomp-version.js';
import type { ConnectionListener, StompConnection } from '../transport/stomp-connection.js';
import type { StompLimits } from './broker-options.js';
import { RefusalWindow } from './refusal-window.js';
import { SessionSubscriptions } from './session-subscriptions.js';
import { SessionTransactions } from './session-transactions.js';
import { SessionVitals } from './session-vitals.js';
import type { StompPrincipal } from './stomp-session.js';
import type { SubscriptionRegistry } from './subscription-registry.js';
import type { Subscriber, Subscription } from './subscription.js';
import type { TimedEntry, TimerWheel } from './timer-wheel.js';

/** Handles one frame; never throws and never rejects. A promise keeps the session's next frame waiting. */
export interface FrameHandler {
  handle(session: ServerSession, frame: StompFrame): void | Promise<void>;
}

/** What all sessions of a server share. */
export interface SessionHost {
  readonly limits: StompLimits;
  readonly wheel: TimerWheel;
  readonly registry: SubscriptionRegistry;
  readonly frames: FrameHandler;
  /** The session is over for the broker: called once, before `closed`. */
  ended(session: ServerSession, closeCode: number): void;
  /** Its connection is gone: called once. */
  closed(session: ServerSession): void;
}

/**
 * `opened` until CONNECTED, `disconnected` after DISCONNECT's RECEIPT until the client closes, `ended` from the first sign of a close on.
 */
export type SessionState = 'opened' | 'connected' | 'disconnected' | 'ended';

const NOBODY: StompPrincipal = { name: '' };

/**
 * One client: bytes in, frames handled strictly one after the other, frames out in the order they were written. While a frame is being
 * handled the next ones wait as bytes; beyond one frame's worth of them the connection is paused.
 */
export class ServerSession implements Subscriber, ConnectionListener, TimedEntry {
  principal = NOBODY;
  version: StompVersion = '1.2';
  readonly subscribed: SessionSubscriptions;
  private currentState: SessionState = 'opened';
  private readonly decoder: StompDecoder;
  private readonly vitals: SessionVitals;
  private readonly refusals: RefusalWindow;
  private openTransactions: SessionTransactions | undefined;
  private busy = false;
  private paused = false;
  private gone = false;
  private everConnected = false;
  private leaveWith: number | undefined;

  constructor(
    private readonly host: SessionHost,
    readonly connection: StompConnection,
    readonly connectedAt: number,
  ) {
    const { limits, wheel } = host;
    this.subscribed = new SessionSubscriptions(host.registry, this);
    this.decoder = new StompDecoder({ ...limits, frameBytes: limits.frameBytesBeforeConnect });
    this.refusals = new RefusalWindow(limits.refusalsPer10s);
    wheel.add(this, Math.min(limits.connectTimeoutMs, limits.sendTimeMs / 4));
    this.vitals = new SessionVitals(wheel.now, limits, wheel.tickMs);
    connection.listen(this);
  }

  get id(): string {
    return this.connection.id;
  }

  get transport(): string {
    return this.connection.transport;
  }

  get state(): SessionState {
    return this.currentState;
  }

  get wasConnected(): boolean {
    return this.everConnected;
  }

  get transactions(): SessionTransactions {
    return (this.openTransactions ??= new SessionTransactions(this.host.limits));
  }

  subscriptions(): readonly Subscription[] {
    return this.subscribed.all();
  }

  destinations(): readonly string[] {
    return [...new Set(this.subscribed.all().map(({ destination }) => destination))];
  }

  unsubscribe(destination: string): void {
    this.subscribed.revoke(destination);
  }

  end(message: string, closeCode = 1002): void {
    this.fail({ message }, closeCode);
  }

  deliver(frame: Buffer, binary: boolean): void {
    if (this.currentState === 'connected') this.write(frame, binary);
  }

  // --- for the frame handlers ---

  connected(principal: StompPrincipal, version: StompVersion, plan: HeartbeatPlan): void {
    this.principal = principal;
    this.version = version;
    this.decoder.use(version, this.host.limits);
    this.vitals.connected(this.host.wheel.now, plan);
    this.watchShortHeartbeats();
    this.currentState = 'connected';
    this.everConnected = true;
  }

  /** Heart-beats shorter than the first look at an open connection get looks of their own; a look too many changes nothing. */
  private watchShortHeartbeats(): void {
    const { limits, wheel } = this.host;
    const afterMs = this.vitals.nextCheck(wheel.now) - wheel.now;
    if (afterMs < limits.sendTimeMs / 4) wheel.add(this, afterMs);
  }

  /** DISCONNECT with a receipt: subscriptions are gone, the client has the last word. */
  disconnected(): void {
    this.currentState = 'disconnected';
    this.subscribed.clear();
    this.openTransactions = undefined;
    this.vitals.disconnected();
    this.host.wheel.add({ onTime: () => this.closeAfterDisconnect() }, this.host.limits.disconnectLingerMs);
  }

  /** The client had its time to close; one that only stopped polling would else be missed seconds later. */
  private closeAfterDisconnect(): undefined {
    this.close(1000, '');
    return undefined;
  }

  /** Counts a refusal; true when it was one too many. */
  strike(): boolean {
    return this.refusals.strike(this.host.wheel.now);
  }

  write(frame: Buffer, binary = false): void {
    if (this.currentState === 'ended') return;
    this.connection.send(frame, binary);
    const { bufferedBytes } = this.connection;
    this.vitals.wrote(this.host.wheel.now, frame.length, bufferedBytes);
    if (bufferedBytes > this.host.limits.sendBufferBytes) this.close(1013, 'slow consumer');
  }

  /** ERROR, then close. */
  fail(error: ErrorFrame, closeCode: number): void {
    if (this.currentState === 'ended') return;
    this.write(encoderFor(this.version).error(error));
    this.close(closeCode, '');
  }

  close(closeCode: number, reason: string): void {
    if (this.currentState === 'ended') return;
    this.endForBroker(closeCode);
    this.vitals.closing(this.host.wheel.now);
    this.resume();
    this.connection.close(closeCode, reason);
  }

  /** Closes once the frame being handled is done; reads no further one. */
  leave(closeCode: number): void {
    this.leaveWith = closeCode;
    if (!this.busy) this.close(closeCode, '');
  }

  // --- ConnectionListener ---

  data(chunk: Buffer): void {
    if (this.currentState === 'ended') return;
    this.vitals.read(this.host.wheel.now);
    this.decoder.push(chunk);
    if (!this.busy) this.pump();
    else if (!this.paused && this.decoder.bufferedBytes > this.host.limits.frameBytes) this.pause();
  }

  closed(code: number): void {
    if (this.gone) return;
    this.gone = true;
    if (this.currentState !== 'ended') this.endForBroker(code);
    this.host.closed(this);
  }

  // --- TimedEntry ---

  onTime(now: number): number | undefined {
    if (this.gone) return undefined;
    const verdict = this.vitals.check(now, this.connection.bufferedBytes);
    if (verdict === 'heartbeat') this.write(EOL);
    else if (verdict === 'blocked') this.close(1013, 'slow consumer');
    else if (verdict === 'silent') this.end('No heart-beat was received');
    else if (verdict === 'connect-timeout') this.end('CONNECT took too long');
    else if (verdict === 'terminate') this.connection.terminate();
    return this.vitals.nextCheck(now);
  }

  private pump(): void {
    for (let frame = this.read(); frame !== undefined; frame = this.read()) {
      const pending = this.host.frames.handle(this, frame);
      if (pending !== undefined) {
        this.busy = true;
        void pending.then(() => this.handled());
        return;
      }
    }
    if (this.paused) this.resume();
  }

  private handled(): void {
    this.busy = false;
    if (this.leaveWith !== undefined) this.close(this.leaveWith, '');
    else this.pump();
  }

  private read(): StompFrame | undefined {
    if (this.currentState === 'ended') return undefined;
    try {
      return this.decoder.next();
    } catch (error) {
      const { message, receiptId, closeCode } =
        error instanceof StompProtocolError ? error : new StompProtocolError('The frame cannot be read');
      this.fail({ message, receiptId }, closeCode);
      return undefined;
    }
  }

  private endForBroker(closeCode: number): void {
    this.currentState = 'ended';
    this.subscribed.clear();
    this.openTransactions = undefined;
    this.host.ended(this, closeCode);
  }

  private pause(): void {
    this.paused = true;
    this.connection.pause();
  }

  private resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.connection.resume();
  }
}
