import type { IncomingHttpHeaders } from 'node:http';

/** Facts of the HTTP request that opened the connection (the upgrade, or the first SockJS request). */
export interface ConnectionOrigin {
  readonly headers: IncomingHttpHeaders;
  /** Address of the TCP peer. */
  readonly remoteAddress: string;
  readonly url: string;
}

/** What a transport tells the session above it. Calls never overlap and never come after `closed`. */
export interface ConnectionListener {
  /** Bytes of the STOMP stream as they came, in any chunking; `chunk` may be kept. */
  data(chunk: Buffer): void;
  /** The connection is over, whoever ended it; called exactly once. `code` is the WebSocket close code (1006 when there was none). */
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
  /** Set once, before any other call. */
  listen(listener: ConnectionListener): void;
  /**
   * Queues one whole STOMP frame (or an EOL heart-beat). Never throws; after the end it does nothing. `binary` asks for a binary WebSocket
   * message, which only raw sockets honour.
   */
  send(frame: Buffer, binary?: boolean): void;
  /** Flushes what is queued, then closes with a WebSocket close code. Idempotent. */
  close(code: number, reason: string): void;
  /** Drops the connection at once, without flushing. */
  terminate(): void;
  /** Stops and resumes reading from the client (back-pressure while a frame is being handled). */
  pause(): void;
  resume(): void;
}
