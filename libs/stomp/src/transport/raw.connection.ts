import { WebSocketConnection } from './websocket.connection.js';

/** STOMP straight on a WebSocket: one frame per message, binary messages taken like text (facts 25 and 103). */
export class RawConnection extends WebSocketConnection {
  readonly transport = 'websocket';

  protected override encode(frame: Buffer, binary: boolean): Buffer {
    return this.context.framer.framed(frame, binary);
  }

  protected override received(data: Buffer): void {
    this.inbox.push(data);
  }

  protected override farewell(): undefined {
    return undefined;
  }

  protected override idle(): void {
    // Pings are all a raw socket needs.
  }
}
