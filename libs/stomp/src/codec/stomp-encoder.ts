import { escapeHeader, verbatimHeader } from './header-escapes.js';
import { isVerbatim, type HeaderPair, type StompCommand } from './stomp-frame.js';
import type { StompVersion } from './stomp-version.js';

/** One heart-beat. */
export const EOL = Buffer.from('\n');

export interface ErrorFrame {
  readonly message: string;
  readonly receiptId?: string | undefined;
  readonly version?: string | undefined;
}

/** Frames as bytes, escaped by one version. Stateless: {@link encoderFor} gives the one of a version. */
export class StompEncoder {
  constructor(readonly version: StompVersion) {}

  /** Headers in the order given; a body needs its own `content-length` among them when it holds NULs. */
  encode(command: StompCommand, headers: readonly HeaderPair[], body?: Uint8Array): Buffer {
    const head = this.head(command, headers);
    const headBytes = Buffer.byteLength(head);
    const frame = Buffer.allocUnsafe(headBytes + (body?.length ?? 0) + 1);
    frame.write(head, 'utf8');
    if (body !== undefined) frame.set(body, headBytes);
    frame[frame.length - 1] = 0;
    return frame;
  }

  /** `user-name` only when there is a name; values are not escaped (fact 29; protocol.md, decision 18). */
  connected(heartbeat: readonly [number, number], userName: string): Buffer {
    const user: HeaderPair[] = userName === '' ? [] : [['user-name', userName]];
    return this.encode('CONNECTED', [['version', this.version], ['heart-beat', heartbeat.join(',')], ...user]);
  }

  receipt(receiptId: string): Buffer {
    return this.encode('RECEIPT', [['receipt-id', receiptId]]);
  }

  /** The text stands in the `message` header and in the body (protocol.md, decision 6). */
  error({ message, receiptId, version }: ErrorFrame): Buffer {
    const body = Buffer.from(message);
    const headers: HeaderPair[] = [['message', message]];
    if (version !== undefined) headers.push(['version', version]);
    if (receiptId !== undefined) headers.push(['receipt-id', receiptId]);
    headers.push(['content-type', 'text/plain'], ['content-length', String(body.length)]);
    return this.encode('ERROR', headers, body);
  }

  private head(command: StompCommand, headers: readonly HeaderPair[]): string {
    const verbatim = isVerbatim(command);
    let head = `${command}\n`;
    for (const [name, value] of headers) {
      head += verbatim
        ? `${verbatimHeader(name)}:${verbatimHeader(value)}\n`
        : `${escapeHeader(name, this.version, 'name')}:${escapeHeader(value, this.version, 'value')}\n`;
    }
    return `${head}\n`;
  }
}

const ENCODERS: Readonly<Record<StompVersion, StompEncoder>> = {
  '1.0': new StompEncoder('1.0'),
  '1.1': new StompEncoder('1.1'),
  '1.2': new StompEncoder('1.2'),
};

export const encoderFor = (version: StompVersion): StompEncoder => ENCODERS[version];
