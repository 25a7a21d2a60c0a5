import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const UPGRADE_HEADERS = new Set(['connection', 'upgrade', 'http2-settings']);

/**
 * Serves a request whose upgrade we do not take as the plain request that it is without it (RFC 9110 section 7.8), as Java's HttpClient expects,
 * which offers HTTP/2 on every first request. Node has handed the connection over for good, so it goes back in at the front door.
 */
export function replayWithoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { rawHeaders } = request;
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!UPGRADE_HEADERS.has(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  // Node adds this one with every connection that it takes, and never takes it off.
  socket.removeAllListeners('timeout');
  server.emit('connection', socket);
}
