import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { Inbox } from './inbox.js';

export interface WireFrame {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The server answered the upgrade with plain HTTP. */
export class UpgradeRefused extends Error {
  constructor(
    readonly status: number,
    readonly headers: IncomingMessage['headers'],
  ) {
    super(`the upgrade was refused with ${status}`);
    this.name = 'UpgradeRefused';
  }
}

export interface StompSocketOptions {
  /** Default `/ws`. */
  readonly path?: string;
  /** Of the upgrade. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type FrameHeaders = Readonly<Record<string, string>>;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\r': '\\r', '\n': '\\n', ':': '\\c' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\r': '\r', '\\n': '\n', '\\c': ':' };
const escape = (text: string): string => text.replace(/[\\\r\n:]/g, (char) => ESCAPES[char]!);
const unescape = (text: string): string => text.replace(/\\[\\rnc]/g, (pair) => UNESCAPES[pair]!);

/** One frame as STOMP 1.2 writes it. */
export function encodeFrame(command: string, headers: FrameHeaders, body = ''): string {
  const plain = command === 'CONNECT';
  const lines = Object.entries(headers).map(([name, value]) =>
    plain ? `${name}:${value}` : `${escape(name)}:${escape(value)}`,
  );
  return `${[command, ...lines].join('\n')}\n\n${body}\0`;
}

function decodeFrames(text: string): WireFrame[] {
  const frames = text.split('\0').map((part) => part.replace(/^[\r\n]+/, ''));
  return frames
    .filter((part) => part !== '')
    .map((part) => {
      const end = part.indexOf('\n\n');
      const [command = '', ...lines] = part.slice(0, end).split('\n');
      const headers = lines.map((line) => [
        unescape(line.slice(0, line.indexOf(':'))),
        unescape(line.slice(line.indexOf(':') + 1)),
      ]);
      return { command, headers: Object.fromEntries(headers) as Record<string, string>, body: part.slice(end + 2) };
    });
}

/** STOMP over a raw WebSocket, frame by frame: says what it is told to say, right or wrong, and keeps what comes. */
export class StompSocket {
  readonly frames = new Inbox<WireFrame>('frames');
  /** One entry once the socket is closed: its code. */
  readonly closes = new Inbox<number>('close');
  private ids = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => decodeFrames(data.toString()).forEach((frame) => this.frames.push(frame)));
    socket.on('close', (code) => this.closes.push(code));
    socket.on('error', () => undefined);
  }

  /** Rejects with {@link UpgradeRefused}. */
  static open(baseUrl: string, { path = '/ws', headers = {} }: StompSocketOptions = {}): Promise<StompSocket> {
    const socket = new WebSocket(baseUrl.replace(/^http/, 'ws') + path, ['v12.stomp'], { headers });
    return new Promise((resolve, reject) => {
      const stomp = new StompSocket(socket);
      socket.once('open', () => resolve(stomp));
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        response.resume();
        reject(new UpgradeRefused(response.statusCode ?? 0, response.headers));
      });
    });
  }

  /** Opens and resolves at CONNECTED. */
  static async connect(baseUrl: string, token: string, options: StompSocketOptions = {}): Promise<StompSocket> {
    const stomp = await StompSocket.open(baseUrl, options);
    stomp.sayConnect(token);
    await stomp.frames.find((frame) => frame.command === 'CONNECTED');
    return stomp;
  }

  sayConnect(token: string | null, command: 'CONNECT' | 'STOMP' = 'CONNECT'): void {
    const authorization: FrameHeaders = token === null ? {} : { Authorization: `Bearer ${token}` };
    this.send(command, { 'accept-version': '1.2', host: 'chat', 'heart-beat': '0,0', ...authorization });
  }

  send(command: string, headers: FrameHeaders = {}, body: unknown = ''): void {
    this.raw(encodeFrame(command, headers, typeof body === 'string' ? body : JSON.stringify(body)));
  }

  raw(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** Sends with a receipt and resolves when it came. */
  async confirmed(command: string, headers: FrameHeaders, body: unknown = ''): Promise<void> {
    const receipt = this.nextId();
    this.send(command, { ...headers, receipt }, body);
    await this.receipt(receipt);
  }

  /** Resolves with the subscription's id once it is live. */
  async subscribe(destination: string): Promise<string> {
    const id = this.nextId();
    await this.confirmed('SUBSCRIBE', { id, destination });
    return id;
  }

  nextId(): string {
    return `id-${++this.ids}`;
  }

  receipt(id: string): Promise<WireFrame> {
    return this.frames.find((frame) => frame.command === 'RECEIPT' && frame.headers['receipt-id'] === id);
  }

  messages(subscription?: string): WireFrame[] {
    return this.frames.all.filter(
      ({ command, headers }) =>
        command === 'MESSAGE' && (subscription === undefined || headers['subscription'] === subscription),
    );
  }

  /** The first MESSAGE of a subscription whose JSON body matches. */
  async message<T>(subscription: string, matches: (body: T) => boolean = () => true): Promise<T> {
    const frame = await this.frames.find(
      ({ command, headers, body }) =>
        command === 'MESSAGE' && headers['subscription'] === subscription && matches(JSON.parse(body) as T),
    );
    return JSON.parse(frame.body) as T;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Drops the connection. */
  drop(): void {
    this.socket.terminate();
  }
}
