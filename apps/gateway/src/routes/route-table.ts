import { SERVICES, STOMP_ENDPOINT, type ServiceName } from '@app/contracts';

export type Upstreams = Extract<ServiceName, 'auth-service' | 'chat-service'>;

interface Route {
  readonly prefix: string;
  readonly service: Upstreams;
}

/** The seed's routes. A prefix covers itself and what follows after a slash. */
const ROUTES: readonly Route[] = [
  { prefix: '/api/auth', service: SERVICES.auth },
  { prefix: '/api/contacts', service: SERVICES.auth },
  { prefix: '/api/blocks', service: SERVICES.auth },
  { prefix: '/api/users', service: SERVICES.auth },
  { prefix: '/api/chat', service: SERVICES.chat },
  { prefix: '/api/groups', service: SERVICES.chat },
  { prefix: STOMP_ENDPOINT, service: SERVICES.chat },
];

/** What clients of the original ask for on the chat service's own port. */
const CHAT_PORT_PREFIXES = [STOMP_ENDPOINT, '/api/chat', '/api/groups'];

/** Exact, method included: a path that merely contains one of these is not public (security.md S17). */
const PUBLIC_CALLS = new Set(['POST /api/auth/register', 'POST /api/auth/login']);
const PUBLIC_PREFIXES = [STOMP_ENDPOINT, '/health', '/docs'];
const STATIC_FILES = new Set(['/', '/favicon.ico']);

const covers = (prefix: string, path: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 0x2f);

export const findService = (path: string): Upstreams | null =>
  ROUTES.find(({ prefix }) => covers(prefix, path))?.service ?? null;

export const isLivePath = (path: string): boolean => covers(STOMP_ENDPOINT, path);

export const isOnChatPort = (path: string): boolean => CHAT_PORT_PREFIXES.some((prefix) => covers(prefix, path));

/** Does the call need no token at the edge? */
export function isPublic(method: string, path: string): boolean {
  return (
    method === 'OPTIONS' ||
    PUBLIC_PREFIXES.some((prefix) => covers(prefix, path)) ||
    STATIC_FILES.has(path) ||
    PUBLIC_CALLS.has(`${method} ${path}`)
  );
}

const SOCKJS_SESSION = new RegExp(`^${STOMP_ENDPOINT}/[^/]+/([^/]+)/[^/]+$`);

/** The `{session}` of `/ws/{server}/{session}/{transport}`, which only one chat instance knows; null for any other path. */
export const sockJsSessionOf = (path: string): string | null => SOCKJS_SESSION.exec(path)?.[1] ?? null;
