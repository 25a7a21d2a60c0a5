/**
 * Escapes that no client of ours needs and that proxies and routers read differently: of unreserved characters (`.` among them), of `/ \ ; %`
 * and of control characters.
 */
const SUSPICIOUS_ESCAPE = /%(?:2[DEFdef]|5[CFcf]|7[EFef]|3[0-9Bb]|25|[46][1-9A-Fa-f]|[57][0-9Aa]|[01][0-9A-Fa-f])/;
const FORBIDDEN = /\/\/|[;\\\u0000-\u0020\u007f]|^(?!\/)|\/\.{1,2}(?:\/|$)/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * Is this request path in the one form that every hop reads the same way (security.md S17)? False for `..`, `.`, `//`, `;`, `\`, escapes of
 * these and of letters, digits, NUL, and for anything that does not start with `/`. The query is not looked at.
 */
export function isPlainPath(url: string): boolean {
  const path = url.split('?', 1)[0] ?? '';
  return !FORBIDDEN.test(path) && !BROKEN_ESCAPE.test(path) && !SUSPICIOUS_ESCAPE.test(path);
}
