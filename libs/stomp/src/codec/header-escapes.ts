import { StompProtocolError } from './stomp-protocol-error.js';
import type { StompVersion } from './stomp-version.js';

const NEEDS_CARE = /[\\:\n\r\0]/;
const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\c': ':' };
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', ':': '\\c', '\0': ' ' };

/** Header text as it may stand on the wire of this version. What the version cannot say becomes a space: no header can break a frame. */
export function escapeHeader(text: string, version: StompVersion, part: 'name' | 'value'): string {
  if (!NEEDS_CARE.test(text)) return text;
  if (version === '1.0') return part === 'name' ? text.replace(/[:\r\n\0]/g, ' ') : text.replace(/[\r\n\0]/g, ' ');
  const sayable = version === '1.1' ? text.replaceAll('\r', ' ') : text;
  return sayable.replace(/[\\:\n\r\0]/g, (character) => ESCAPED[character] ?? ' ');
}

/**
 * Reads the escapes of the version: none in 1.0; `\n \c \\` in 1.1; `\r` as well in 1.2. Any other sequence is a protocol error (STOMP 1.2
 * "Value Encoding"; protocol.md, decision 7).
 */
export function unescapeHeader(text: string, version: StompVersion): string {
  if (version === '1.0' || !text.includes('\\')) return text;
  return text.replace(/\\[^]?/g, (sequence) => {
    const character = UNESCAPED[sequence];
    if (character === undefined || (version === '1.1' && character === '\r')) {
      throw new StompProtocolError('Illegal escape sequence in a header');
    }
    return character;
  });
}

/** Header text for frames that are not escaped (CONNECTED): only what would break the frame is taken out. */
export function verbatimHeader(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
