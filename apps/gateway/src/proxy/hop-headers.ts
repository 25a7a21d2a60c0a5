/** Headers that concern one hop only (RFC 9110 section 7.6.1), and those that undici or node write themselves. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const FORWARDED = new Set(['forwarded', 'x-real-ip', 'x-request-id']);

/** What the gateway states about a request; an inbound claim of the same kind is dropped. */
export interface ForwardedFacts {
  readonly requestId: string;
  /** Address of the client. */
  readonly address: string;
  readonly protocol: 'http' | 'https';
  readonly host: string;
}

/** Identity claims and facts that only the gateway may state (security.md S45). */
const isClaim = (name: string): boolean =>
  name.startsWith('x-')
    ? name.startsWith('x-user-') || name.startsWith('x-forwarded-') || FORWARDED.has(name)
    : FORWARDED.has(name);

/** The names that a Connection header lists, lower case; the usual `keep-alive`, `close` and `upgrade` are hop-by-hop anyway. */
function listedIn(connection: string | undefined): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return [];
  return connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
}

/**
 * The headers of a request as they go on to a service: without hop-by-hop headers, without those that Connection lists, without claims; with the
 * gateway's own facts. Flat name-value pairs, in order, repeated ones kept. With `upgrade` the two headers that ask for it stay.
 */
export function forwardedHeaders(rawHeaders: readonly string[], facts: ForwardedFacts, upgrade = false): string[] {
  const listed = listedIn(valueOf(rawHeaders, 'connection'));
  const out: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || isClaim(name) || listed.includes(name)) continue;
    out.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  out.push('x-request-id', facts.requestId, 'x-forwarded-for', facts.address);
  out.push('x-forwarded-proto', facts.protocol, 'x-forwarded-host', facts.host);
  if (upgrade) out.push('connection', 'Upgrade', 'upgrade', 'websocket');
  return out;
}

/** Every value of the header, joined by commas; undefined when there is none. */
function valueOf(rawHeaders: readonly string[], wanted: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.length === wanted.length && rawHeaders[i]!.toLowerCase() === wanted)
      value = value === undefined ? rawHeaders[i + 1]! : `${value},${rawHeaders[i + 1]!}`;
  return value;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The gateway's word counts for these, so that they stand once (protocol.md, fact 87). */
const EDGE_CORS = new Set([
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
]);

/**
 * The headers of a service's answer as they go to the client: without hop-by-hop headers and the service's own CORS verdict; with the gateway's
 * (`cors`), whose `vary` joins the service's. Flat name-value pairs for `writeHead`.
 */
export function answeredHeaders(
  headers: ResponseHeaders,
  cors: Readonly<Record<string, string>>,
): (string | string[])[] {
  const { connection } = headers;
  const listed = listedIn(Array.isArray(connection) ? connection.join(',') : connection);
  const out: (string | string[])[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name === 'vary' || HOP_BY_HOP.has(name) || EDGE_CORS.has(name)) continue;
    if (!listed.includes(name)) out.push(name, value);
  }
  for (const name in cors) out.push(name, name === 'vary' ? joinVary(headers['vary'], cors[name]!) : cors[name]!);
  return out;
}

function joinVary(theirs: string | string[] | undefined, ours: string): string {
  if (theirs === undefined || theirs === ours) return ours;
  const names = [...(Array.isArray(theirs) ? theirs : [theirs]), ours].join(',').split(',');
  const byName = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]));
  return [...byName.values()].join(', ');
}
