import {
  HEARTBEAT_FRAME,
  OPEN_FRAME,
  TextDecoderOverMessages,
  closeFrame,
  messagesFrame,
  parseMessages,
} from './sockjs-frame.js';
import { messageFrame } from './websocket-frame.js';
import { WebSocketConnection } from './websocket.connection.js';

/** SockJS on a WebSocket: `o`, one `a["…"]` per STOMP frame, `h` when idle, `c[…]` before the close frame; text only (facts 25 and 95). */
export class SockJsWebSocketConnection extends WebSocketConnection {
  readonly transport = 'sockjs-websocket';
  private readonly decoder = new TextDecoderOverMessages();

  /** Sends the opening frame; call once, before the session above hears of the connection. */
  open(): void {
    this.enqueue(textFrame(OPEN_FRAME));
  }

  protected override encode(frame: Buffer): Buffer {
    this.lastWrite = this.context.settings.now();
    return textFrame(messagesFrame([this.context.quoter.quoted(frame)]));
  }

  protected override received(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.close(1003, 'Binary messages not supported');
      return;
    }
    if (data.length === 0) return;
    const text = parseMessages(data.toString('utf8'));
    if (text === undefined) this.close(1007, '');
    else this.inbox.push(this.decoder.bytes(text));
  }

  protected override farewell(code: number, reason: string): Buffer {
    return textFrame(closeFrame(code, reason));
  }

  protected override idle(now: number): void {
    if (now - this.lastWrite < this.context.settings.limits.heartbeatMs) return;
    this.lastWrite = now;
    this.enqueue(textFrame(HEARTBEAT_FRAME));
  }
}

function textFrame(text: string): Buffer {
  return messageFrame(Buffer.from(text, 'utf8'), false);
}
