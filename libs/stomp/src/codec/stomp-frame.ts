const CLIENT_COMMANDS = [
  'CONNECT',
  'STOMP',
  'SEND',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'ACK',
  'NACK',
  'BEGIN',
  'COMMIT',
  'ABORT',
  'DISCONNECT',
] as const;
const SERVER_COMMANDS = ['CONNECTED', 'MESSAGE', 'RECEIPT', 'ERROR'] as const;

export type StompClientCommand = (typeof CLIENT_COMMANDS)[number];
export type StompServerCommand = (typeof SERVER_COMMANDS)[number];
export type StompCommand = StompClientCommand | StompServerCommand;

const COMMANDS: ReadonlySet<string> = new Set([...CLIENT_COMMANDS, ...SERVER_COMMANDS]);
const WITH_BODY: ReadonlySet<string> = new Set(['SEND', 'MESSAGE', 'ERROR']);
/** Frames whose headers are never escaped (STOMP 1.2 "Value Encoding", for compatibility with 1.0; fact 21). */
const VERBATIM: ReadonlySet<string> = new Set(['CONNECT', 'STOMP', 'CONNECTED']);

export const isCommand = (text: string): text is StompCommand => COMMANDS.has(text);
/** Only SEND, MESSAGE and ERROR may carry a body (STOMP 1.2 "Body"). */
export const mayHaveBody = (command: StompCommand): boolean => WITH_BODY.has(command);
export const isVerbatim = (command: StompCommand): boolean => VERBATIM.has(command);

/** STOMP headers of one frame, in order; of repeated names the first counts (STOMP 1.2, "Repeated Header Entries"). */
export interface StompHeaders {
  get(name: string): string | undefined;
  entries(): Iterable<readonly [string, string]>;
}

/** One name and value; the order of an array of them is the order on the wire. */
export type HeaderPair = readonly [name: string, value: string];

/** Decoded headers in the order they came, repeated ones included. */
export class FrameHeaders implements StompHeaders {
  constructor(private readonly pairs: readonly HeaderPair[]) {}

  get(name: string): string | undefined {
    for (const pair of this.pairs) if (pair[0] === name) return pair[1];
    return undefined;
  }

  entries(): readonly HeaderPair[] {
    return this.pairs;
  }
}

export interface StompFrame {
  readonly command: StompCommand;
  readonly headers: FrameHeaders;
  /** Empty when there is none. */
  readonly body: Buffer;
}
