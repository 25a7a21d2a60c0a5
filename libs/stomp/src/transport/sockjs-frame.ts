import { isAscii } from 'node:buffer';

/** What SockJS 0.3.3 puts on the wire, and reads from it; the envelope of a transport (newline, `data:`) comes around it. */
export const OPEN_FRAME = 'o';
export const HEARTBEAT_FRAME = 'h';

/** Characters that some browsers or proxies change on the way (fact 91); control characters are JSON's own concern. */
const FRAGILE = /[\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufff0-\uffff\ud800-\udfff]/g;

/** `c[code,"reason"]`. */
export function closeFrame(code: number, reason: string): string {
  return `c[${code},${quoteText(reason)}]`;
}

/** `a["…","…"]` of strings that are quoted already. */
export function messagesFrame(quoted: readonly string[]): string {
  return `a[${quoted.join(',')}]`;
}

/** A JSON string, pure ASCII where SockJS asks for it. */
export function quoteText(text: string): string {
  return JSON.stringify(text).replace(FRAGILE, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/** {@link quoteText} of a STOMP frame, kept for the Buffer seen last; bytes that are not UTF-8 become U+FFFD. */
export class TextQuoter {
  private frame: Buffer | undefined;
  private text = '';

  quoted(frame: Buffer): string {
    if (frame === this.frame) return this.text;
    const text = frame.toString('utf8');
    this.frame = frame;
    this.text = isAscii(frame) ? JSON.stringify(text) : quoteText(text);
    return this.text;
  }
}

/** The strings of a client's JSON array, joined; other elements are ignored (fact 95). Undefined when it is not an array. */
export function parseMessages(json: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  return value.filter((element) => typeof element === 'string').join('');
}

/**
 * UTF-16 text to UTF-8 bytes over message borders: a client that splits large frames may cut between the halves of a surrogate pair (fact 10), so
 * a high half at the end of one message waits for the next.
 */
export class TextDecoderOverMessages {
  private high = '';

  bytes(text: string): Buffer {
    const whole = this.high + text;
    const last = whole.charCodeAt(whole.length - 1);
    const cut = last >= 0xd800 && last <= 0xdbff;
    this.high = cut ? whole.slice(-1) : '';
    return Buffer.from(cut ? whole.slice(0, -1) : whole, 'utf8');
  }
}
