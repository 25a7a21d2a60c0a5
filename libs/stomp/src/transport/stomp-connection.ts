import type { IncomingHttpHeaders } from 'node:http';

/** Facts of the HTTP request that opened the connection (the upgrade, or the first SockJS request). */
export interface ConnectionOrigin {
  /** Without cookies and the headers of handshake and content negotiation (`sec-*`, `accept*`, `content-*`, `connection`, `upgrade`). */
  readonly headers: IncomingHttpHeaders;
  /** Address of the TCP peer. */
  readonly remoteAddress: string;
  readonly url: string;
}

/**
 * What a transport tells the session above it. Calls never overlap, never come after `closed`, and never come from inside a call that the
 * session itself made (`send`, `close`, `terminate`, `pause`, `resume`). They must not throw.
 */
export interface ConnectionListener {
  /** Bytes of the STOMP stream as they came, in any chunking; `chunk` may be kept. None comes between `pause` and `resume`, nor after `close`. */
  data(chunk: Buffer): void;
  /**
   * The connection is over, whoever ended it; called exactly once. `code` is the WebSocket close code: the one given to `close` when this side
   * ended it, 1005 when the client closed without a code, 1006 when there was none (dropped, dead, terminated). When the client closed in good
   * order, what it had sent before is delivered first, so a paused session hears of it after `resume`; an abrupt end is told at once.
   */
  closed(code: number, reason: string): void;
}

/**
 * One client connection, whatever carries it: raw WebSocket or a SockJS session of any transport. The session above sees bytes only.
 * Everything written within one event-loop turn leaves in one write where the transport can (performance.md section 2).
 */
export interface StompConnection {
  /** Unique per process; the WebSocket session id of Spring. */
  readonly id: string;
  readonly transport: 'websocket' | 'sockjs-websocket' | 'xhr-streaming' | 'xhr-polling' | 'eventsource';
  readonly origin: ConnectionOrigin;
  /** Bytes that wait to leave; the session compares them with the send-buffer limit. */
  readonly bufferedBytes: number;
  /** Set once, inside `onConnection`, before any other call. */
  listen(listener: ConnectionListener): void;
  /**
   * Queues one whole STOMP frame (or an EOL heart-beat). Never throws; after the end it does nothing. `binary` asks for a binary WebSocket
   * message, which only raw sockets honour; a frame that is not valid UTF-8 is always binary there. The Buffer must not change any more: the
   * same Buffer sent to many connections is encoded once.
   */
  send(frame: Buffer, binary?: boolean): void;
  /**
   * Flushes what is queued, then closes with a WebSocket close code (1011 if the code may not be sent) and a reason cut to 123 bytes. No `data`
   * comes any more; `closed` follows when the client answered, or after 5 s at most (`closeTimeoutMs`). Idempotent.
   */
  close(code: number, reason: string): void;
  /** Drops the connection at once, without flushing; `closed` follows with 1006 (or the code of an earlier `close`). */
  terminate(): void;
  /** Stops and resumes reading from the client (back-pressure while a frame is being handled). */
  pause(): void;
  resume(): void;
}
