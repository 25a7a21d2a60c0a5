import { unescapeHeader } from './header-escapes.js';
import { FrameHeaders, isCommand, isVerbatim, type HeaderPair, type StompCommand } from './stomp-frame.js';
import { StompProtocolError } from './stomp-protocol-error.js';
import type { StompVersion } from './stomp-version.js';

export interface FrameHead {
  readonly command: StompCommand;
  readonly headers: FrameHeaders;
  /** Bytes of the body by `content-length`; undefined when the body ends at the first NUL. */
  readonly contentLength: number | undefined;
}

/** The command of a frame's first line; an unknown one (commands are upper case) is a protocol error (fact 15). */
export function parseCommand(line: string): StompCommand {
  if (!isCommand(line)) throw new StompProtocolError('Unknown command');
  return line;
}

/** Parses the head of a frame: `text` is everything up to and including the blank line, with LF or CRLF line ends. */
export function parseHead(text: string, version: StompVersion): FrameHead {
  const lines = text.split(/\r?\n/);
  const command = parseCommand(lines[0] ?? '');
  const decode = isVerbatim(command)
    ? (part: string): string => part
    : (part: string): string => unescapeHeader(part, version);
  const pairs: HeaderPair[] = [];
  // the blank line and what follows the last line end are two empty entries
  for (let i = 1; i < lines.length - 2; i++) pairs.push(parseLine(lines[i] ?? '', decode));
  const headers = new FrameHeaders(pairs);
  return { command, headers, contentLength: parseContentLength(headers.get('content-length')) };
}

/** `receipt` of a frame that could not be parsed, read from the bytes there are; undefined when it cannot be read. */
export function peekReceipt(bytes: Buffer, version: StompVersion): string | undefined {
  const head = bytes.toString('utf8').split(/\n\r?\n/, 1)[0] ?? '';
  const value = /\nreceipt:([^\r\n\0]*)(?:\r?\n|$)/.exec(head)?.[1];
  if (value === undefined) return undefined;
  try {
    return unescapeHeader(value, version);
  } catch {
    return undefined;
  }
}

/** Split at the first colon, nothing trimmed (facts 11 to 13). */
function parseLine(line: string, decode: (part: string) => string): HeaderPair {
  const colon = line.indexOf(':');
  if (colon <= 0) throw new StompProtocolError('Illegal header, it must be of the form <name>:[<value>]');
  return [decode(line.slice(0, colon)), decode(line.slice(colon + 1))];
}

/** Negative or not a number: ignored, the body ends at its first NUL (fact 19). */
function parseContentLength(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}
