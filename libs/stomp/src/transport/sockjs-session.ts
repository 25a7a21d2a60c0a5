import type { ReceiveTransport } from './endpoint-path.js';
import { sendableCode, sendableReason } from './close-code.js';
import { Inbox } from './inbox.js';
import type { ReceivingResponse } from './receiving-response.js';
import { HEARTBEAT_FRAME, OPEN_FRAME, TextDecoderOverMessages, closeFrame, messagesFrame } from './sockjs-frame.js';
import type { ConnectionListener, ConnectionOrigin, StompConnection } from './stomp-connection.js';
import type { Swept } from './sweeper.js';
import type { TransportContext } from './transport-context.js';
import type { Flushable } from './write-batch.js';

const GO_AWAY = closeFrame(3000, 'Go away!');
const INTERRUPTED = closeFrame(1002, 'Connection interrupted');

interface Ending {
  readonly code: number;
  readonly reason: string;
}

/**
 * A SockJS session over HTTP: what is sent waits for a response that the client holds open; what the client posts goes to the inbox. Ends when
 * no response was held open for the disconnect delay, or one broke off (what it carried may be lost, and a STOMP stream must have no holes).
 */
export class SockJsSession implements StompConnection, Swept, Flushable {
  readonly id: string;
  private readonly inbox = new Inbox();
  private readonly decoder = new TextDecoderOverMessages();
  private queue: { readonly text: string; readonly bytes: number }[] = [];
  private queuedBytes = 0;
  private scheduled = false;
  private opened = false;
  private response: ReceivingResponse | undefined;
  /** The one before, whose bytes may still be on their way. */
  private previous: ReceivingResponse | undefined;
  private lastWrite: number;
  /** Since when no response is open. */
  private idleSince: number;
  /** Set when this side closed it; over when the client has been told. */
  private ending: Ending | undefined;
  private gone = false;
  /** What a client that comes too late is told. */
  private lastWord = GO_AWAY;
  private sends = 0;
  private boundOrigin: string | undefined;

  constructor(
    readonly origin: ConnectionOrigin,
    readonly transport: ReceiveTransport,
    private readonly context: TransportContext,
    private readonly forget: () => void,
  ) {
    this.id = context.settings.newId();
    this.lastWrite = this.idleSince = context.settings.now();
    context.sweeper.add(this);
  }

  get bufferedBytes(): number {
    if (this.gone) return 0;
    return this.queuedBytes + (this.response?.bufferedBytes ?? 0) + (this.previous?.bufferedBytes ?? 0);
  }

  get isOver(): boolean {
    return this.gone || this.ending !== undefined;
  }

  listen(listener: ConnectionListener): void {
    this.inbox.listen(listener);
  }

  send(frame: Buffer): void {
    if (this.isOver) return;
    this.queue.push({ text: this.context.quoter.quoted(frame), bytes: frame.length });
    this.queuedBytes += frame.length;
    if (this.scheduled) return;
    this.scheduled = true;
    this.context.batch.schedule(this);
  }

  pause(): void {
    this.inbox.pause();
  }

  resume(): void {
    this.inbox.resume();
  }

  close(code: number, reason: string): void {
    if (this.isOver) return;
    this.ending = { code: sendableCode(code), reason: sendableReason(reason) };
    this.inbox.deafen();
    this.idleSince = this.context.settings.now();
    this.deliver();
  }

  terminate(): void {
    this.response?.destroy();
    this.previous?.destroy();
    this.over(this.ending ?? { code: 1006, reason: '' });
  }

  /** A browser sends no `Origin` with some requests of its own site, so none fits any; two different ones do not (fact 97). */
  belongsTo(origin: string | undefined): boolean {
    if (origin === undefined) return true;
    this.boundOrigin ??= origin;
    return this.boundOrigin === origin;
  }

  /** Takes a place for an `xhr_send`; false when too many are under way. Give it back with {@link endSend}. */
  beginSend(): boolean {
    if (this.sends >= this.context.settings.limits.sendsInFlight) return false;
    this.sends += 1;
    return true;
  }

  endSend(): void {
    this.sends -= 1;
  }

  /** Resolves when the session above has taken it all and reads on: the answer to the client waits for that. */
  async receive(text: string): Promise<void> {
    this.inbox.push(this.decoder.bytes(text));
    await this.inbox.idle();
  }

  /** A request of the client that waits for frames. */
  attach(response: ReceivingResponse): void {
    if (this.gone || this.response) {
      response.write(this.gone ? this.lastWord : closeFrame(2010, 'Another connection still open'));
      response.end(this.context.settings.limits.closeTimeoutMs);
      if (this.gone) this.lastWord = GO_AWAY;
      return;
    }
    this.response = response;
    response.onClosed((complete) => this.responseClosed(response, complete));
    if (!this.opened) this.write(OPEN_FRAME);
    this.opened = true;
    this.deliver();
  }

  flush(): void {
    this.scheduled = false;
    if (!this.gone) this.deliver();
  }

  sweep(now: number, late: number): void {
    if (this.gone || !this.response) {
      this.idleSince += late;
      const { closeTimeoutMs, disconnectDelayMs } = this.context.settings.limits;
      if (now - this.idleSince <= (this.ending && !this.gone ? closeTimeoutMs : disconnectDelayMs)) return;
      this.over(this.ending ?? { code: 1006, reason: '' });
      this.dispose();
    } else if (now - this.lastWrite >= this.context.settings.limits.heartbeatMs) this.write(HEARTBEAT_FRAME);
    else if (
      this.transport !== 'xhr-polling' &&
      now - this.response.startedAt >= this.context.settings.limits.responseAgeMs
    )
      this.release();
  }

  /** Removes all trace; a client that comes back starts a new session. */
  dispose(): void {
    this.context.sweeper.delete(this);
    this.forget();
  }

  private deliver(): void {
    while (this.response && this.queue.length > 0) this.write(messagesFrame(this.take()));
    if (!this.ending || !this.response) return;
    this.write(closeFrame(this.ending.code, this.ending.reason));
    this.release();
    this.over(this.ending);
  }

  /** As many as one response may carry, at least one. */
  private take(): string[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.queue) {
      if (count > 0 && bytes + entry.bytes > this.context.settings.limits.responseBytes) break;
      bytes += entry.bytes;
      count += 1;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, count).map((entry) => entry.text);
  }

  private write(frame: string): void {
    this.lastWrite = this.context.settings.now();
    this.response?.write(frame);
    if (this.response?.isFull) this.release();
  }

  private release(): void {
    if (!this.response) return;
    this.response.end(this.context.settings.limits.closeTimeoutMs);
    this.previous = this.response;
    this.response = undefined;
    this.idleSince = this.context.settings.now();
  }

  private responseClosed(response: ReceivingResponse, complete: boolean): void {
    if (this.response === response) this.response = undefined;
    if (this.previous === response) this.previous = undefined;
    if (complete || this.gone) return;
    if (!this.ending) this.lastWord = INTERRUPTED;
    this.over(this.ending ?? { code: 1006, reason: '' });
  }

  private over(ending: Ending): void {
    if (this.gone) return;
    this.gone = true;
    this.queue = [];
    this.queuedBytes = 0;
    this.idleSince = this.context.settings.now();
    if (this.response) {
      this.response.write(this.lastWord);
      this.release();
    }
    this.inbox.abort(ending.code, ending.reason);
    this.context.live.delete(this);
  }
}
