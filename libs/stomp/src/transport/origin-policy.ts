import type { IncomingMessage } from 'node:http';

/**
 * Who may use the endpoint from a browser (fact 7): no `Origin` header, the request's own host, or an origin of the list; exact matches, never
 * `null`, no wildcards.
 */
export class OriginPolicy {
  private readonly allowed: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.allowed = new Set(origins.map((origin) => canonical(origin) ?? origin));
  }

  allows(request: IncomingMessage): boolean {
    const header = request.headers.origin;
    if (header === undefined) return true;
    const origin = canonical(header);
    if (origin === undefined) return false;
    return this.allowed.has(origin) || isOwnHost(origin, request.headers.host);
  }
}

/** `scheme://host[:port]` in lower case and without the default port; undefined when it is no origin of a network scheme. */
function canonical(origin: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/\\?#@\s]+$/i.test(origin)) return undefined;
  try {
    const { protocol, host } = new URL(origin);
    return `${protocol}//${host.toLowerCase()}`;
  } catch {
    return undefined;
  }
}

/** Same host and port; the scheme of the request is not known behind a proxy that ends TLS. */
function isOwnHost(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const scheme = origin.slice(0, origin.indexOf('://'));
  return canonical(`${scheme}://${host}`) === origin;
}
