import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { type Socket, connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One whole HTTP exchange. */
export async function ask(method: string, url: string, { headers = {}, body }: Asked = {}): Promise<Answer> {
  const response = await open(method, url, { headers, body });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/** An exchange whose body is still coming. */
export async function open(method: string, url: string, asked: Asked = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: asked.headers, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end(asked.body);
  });
}

/** What a response has brought so far. */
export class Stream {
  text = '';
  ended = false;

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (this.text += chunk));
    response.on('end', () => (this.ended = true));
    response.on('error', () => (this.ended = true));
  }
}

/** A bare TCP client. */
export class RawSocket {
  bytes = Buffer.alloc(0);
  closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => (this.bytes = Buffer.concat([this.bytes, chunk])));
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => (this.closed = true));
  }

  static async to(port: number): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1');
    const raw = new RawSocket(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return raw;
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }
}

/** Head of an upgrade request; `headers` replaces or (empty) removes the usual ones. */
export function upgradeHead(path: string, headers: Record<string, string> = {}, method = 'GET'): string {
  const all = {
    Host: 'chat.test',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A client's frame: masked, with any opcode and any first byte. */
export function clientFrame(firstByte: number, payload: Buffer): Buffer {
  const mask = Buffer.from([1, 2, 3, 4]);
  const size = payload.length;
  const head =
    size < 126 ? Buffer.from([firstByte, 0x80 | size]) : Buffer.from([firstByte, 0x80 | 126, size >> 8, size & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))]);
}
