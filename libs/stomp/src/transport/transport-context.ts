import type { IncomingMessage } from 'node:http';
import type { LiveConnections } from './live-connections.js';
import type { TextQuoter } from './sockjs-frame.js';
import type { ConnectionOrigin } from './stomp-connection.js';
import type { Sweeper } from './sweeper.js';
import type { TransportSettings } from './transport-options.js';
import type { MessageFramer } from './websocket-frame.js';
import type { WriteBatch } from './write-batch.js';

/** What all connections of one endpoint share. */
export interface TransportContext {
  readonly settings: TransportSettings;
  readonly live: LiveConnections;
  readonly sweeper: Sweeper;
  readonly batch: WriteBatch;
  readonly framer: MessageFramer;
  readonly quoter: TextQuoter;
}

/** Handshake and content negotiation: of no use later, and kept for as long as the connection lives. Cookies are nobody's business here. */
const DROPPED_HEADERS = /^(sec-|accept|content-|connection$|upgrade$|cache-control$|pragma$|cookie$)/;

/** What a connection keeps of the request that opened it. */
export function originOf(request: IncomingMessage): ConnectionOrigin {
  return {
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => !DROPPED_HEADERS.test(name))),
    remoteAddress: request.socket.remoteAddress ?? '',
    url: request.url ?? '',
  };
}
