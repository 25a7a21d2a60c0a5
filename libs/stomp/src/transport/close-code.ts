/** A code that may stand in a close frame (RFC 6455, 7.4); 1011 for any other. */
export function sendableCode(code: number): number {
  const registered = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
  return registered || (code >= 3000 && code <= 4999) ? code : 1011;
}

/** The reason cut to the 123 bytes a close frame holds, between characters. */
export function sendableReason(reason: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of reason) {
    bytes += Buffer.byteLength(character);
    if (bytes > 123) break;
    kept += character;
  }
  return kept;
}
