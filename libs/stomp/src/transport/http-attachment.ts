import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './upgrade-refusal.js';

export interface EndpointHandlers {
  owns(request: IncomingMessage): boolean;
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Only for `Upgrade: websocket`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Puts an endpoint in front of whatever else serves the HTTP server, until that closes. Its own paths never reach the listeners that were there
 * before; all else does, unchanged.
 */
export function attachEndpoint(server: Server, endpoint: EndpointHandlers): void {
  for (const event of ['request', 'checkContinue'] as const) wrapListeners(server, event, endpoint);
  const attached = ATTACHED.get(server);
  if (attached) attached.push(endpoint);
  else listenForUpgrades(server, [endpoint]);
}

/** The endpoints of a server; they share one `upgrade` listener, so that other listeners are known to be other owners. */
const ATTACHED = new WeakMap<Server, EndpointHandlers[]>();

/** An upgrade that no endpoint owns is left to the other owners, if there are any; otherwise it would hang for ever. */
function listenForUpgrades(server: Server, endpoints: EndpointHandlers[]): void {
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const owner = isWebSocket ? endpoints.find((endpoint) => endpoint.owns(request)) : undefined;
    if (owner) owner.upgrade(request, socket, head);
    else if (server.listenerCount('upgrade') > 1) return;
    else if (isWebSocket) refuseUpgrade(socket, 404, '', {});
    else serveWithoutUpgrade(server, request, socket, head);
  };
  ATTACHED.set(server, endpoints);
  server.on('upgrade', onUpgrade);
  server.once('close', () => {
    server.off('upgrade', onUpgrade);
    ATTACHED.delete(server);
  });
}

/** Without listeners for `checkContinue` Node answers 100 and emits `request`: then there is nothing to wrap. */
function wrapListeners(server: Server, event: 'request' | 'checkContinue', endpoint: EndpointHandlers): void {
  const before = server.listeners(event) as RequestListener[];
  if (event === 'checkContinue' && before.length === 0) return;
  const wrapped: RequestListener = (request, response) => {
    if (endpoint.owns(request)) {
      if (event === 'checkContinue') response.writeContinue();
      endpoint.request(request, response);
    } else for (const listener of before) listener.call(server, request, response);
  };
  server.removeAllListeners(event);
  server.on(event, wrapped);
  server.once('close', () => {
    server.off(event, wrapped);
    for (const listener of before) server.on(event, listener);
  });
}

/**
 * A server may ignore an upgrade it does not know (RFC 9110, 7.8), and clients count on it: Java's offers `h2c` on its first request. Having an
 * `upgrade` listener makes Node hand over all of them, so the request goes back in as if it had not asked.
 */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  let lines = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(i, i + 2);
    if (!/^(upgrade|http2-settings|connection)$/i.test(name)) lines += `${name}: ${value}\r\n`;
  }
  if (/\bclose\b/i.test(request.headers.connection ?? '')) lines += 'Connection: close\r\n';
  socket.unshift(Buffer.concat([Buffer.from(`${lines}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
