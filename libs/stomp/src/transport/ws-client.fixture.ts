import { WebSocket } from 'ws';
import type { EchoServer } from './echo-server.fixture.js';
import { until } from './until.fixture.js';
import { RawSocket, upgradeHead } from './wire.fixture.js';

export interface WsClient {
  readonly ws: WebSocket;
  readonly messages: { readonly text: string; readonly data: Buffer; readonly isBinary: boolean }[];
  readonly ends: (readonly [number, string])[];
}

/** A real `ws` client that keeps account; resolves when it is open. */
export async function join(server: EchoServer, path = '/ws'): Promise<WsClient> {
  const ws = new WebSocket(server.wsUrl + path, ['v12.stomp']);
  const client: WsClient = { ws, messages: [], ends: [] };
  ws.on('message', (data: Buffer, isBinary) => client.messages.push({ text: data.toString(), data, isBinary }));
  ws.on('close', (code, reason) => client.ends.push([code, reason.toString()]));
  ws.on('error', () => {});
  await until(() => {
    if (ws.readyState !== WebSocket.OPEN) throw new Error('not open');
  });
  return client;
}

/** A bare TCP client after the handshake, whose bytes it has dropped. It never answers a close frame by itself. */
export async function joinRaw(server: EchoServer, path = '/ws'): Promise<RawSocket> {
  const raw = await RawSocket.to(server.port);
  raw.write(upgradeHead(path));
  await until(() => {
    if (!raw.text.includes('\r\n\r\n')) throw new Error('no answer yet');
  });
  raw.bytes = raw.bytes.subarray(raw.bytes.indexOf('\r\n\r\n') + 4);
  return raw;
}
