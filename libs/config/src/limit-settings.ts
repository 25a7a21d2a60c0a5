import { integer, rate, setting, type Setting } from './setting.js';

const limit = (description: string, unit: string, value: number, min = 1, max = 1_000_000_000): Setting<number> =>
  setting('Limits', description, integer(min, max), { unit, default: String(value) });

const http = {
  HTTP_BODY_BYTES: limit('Body of a request; above it 413.', 'bytes', 65_536),
  HTTP_JSON_DEPTH: limit('Nesting of a JSON body; above it 400.', 'levels', 20),
  HTTP_JSON_KEYS: limit('Keys in a JSON body, at all levels together; above it 400.', 'keys', 1000),
  HTTP_HEADERS_TIMEOUT_MS: limit("Time for a request's head.", 'ms', 10_000),
  HTTP_REQUEST_TIMEOUT_MS: limit('Time for a whole request, body included.', 'ms', 30_000),
  HTTP_KEEP_ALIVE_MS: limit('Idle time after which a kept connection is closed.', 'ms', 65_000),
};

const stomp = {
  STOMP_FRAME_BYTES: limit('One frame after CONNECTED.', 'bytes', 65_536),
  STOMP_FRAME_BYTES_BEFORE_CONNECT: limit('One frame before CONNECTED.', 'bytes', 8192),
  STOMP_HEADERS: limit('Headers of one frame.', 'headers', 32),
  STOMP_HEADER_LINE_BYTES: limit('One header line.', 'bytes', 4096),
  STOMP_CONNECT_TIMEOUT_MS: limit('Time from opening a socket to CONNECT.', 'ms', 10_000),
  STOMP_SUBSCRIPTIONS: limit('Subscriptions of one session.', 'subscriptions', 256),
  STOMP_SEND_BUFFER_BYTES: limit(
    'Bytes that wait for a slow reader before it is closed with 1013.',
    'bytes',
    1_048_576,
  ),
  STOMP_SEND_TIME_MS: limit('Time a reader may be blocked before it is closed with 1013.', 'ms', 10_000),
  STOMP_TRANSACTION_FRAMES: limit('Frames that one STOMP transaction may hold.', 'frames', 100),
  STOMP_TRANSACTION_BYTES: limit('Bytes that one STOMP transaction may hold.', 'bytes', 262_144),
  STOMP_REFUSALS_PER_10S: limit('Refusals in 10 s after which a session is closed with 1008.', 'refusals', 5),
  STOMP_HEARTBEAT_MS: limit("The server's heart-beat, both ways; 0: none.", 'ms', 10_000, 0),
  MAX_CONNECTIONS_PER_USER: limit('Sockets of one user.', 'sockets', 50),
  MAX_CONNECTIONS_PER_ADDRESS: limit('Sockets of one client address.', 'sockets', 2000),
  MAX_CONNECTIONS: limit('Sockets of one process.', 'sockets', 20_000),
  MAX_HANDSHAKES_PER_SECOND: limit('New sockets per second and process; above it 503.', 'sockets/s', 1000),
};

const rest = {
  GROUP_MAX_MEMBERS: limit('Members of one group.', 'users', 1000),
  BCRYPT_COST: limit('Cost of a password hash: 2 to the power of it rounds.', 'log2 rounds', 10, 4, 16),
  BCRYPT_IN_FLIGHT: limit('Password hashes computed at the same time.', 'hashes', 8),
  BCRYPT_WAITING: limit('Password hashes waiting; above it 503.', 'hashes', 200, 0),
};

const bucket = (description: string, value: string) => setting('Rates', description, rate, { default: value });

const rates = {
  RATE_MESSAGES: bucket('Messages of one user, over REST and STOMP together.', '50/s burst 300'),
  RATE_TYPING: bucket('Typing notifications of one user; more are dropped silently.', '2/s burst 10'),
  RATE_SUBSCRIBE: bucket('SUBSCRIBE frames of one session.', '20/s burst 300'),
  RATE_FRAMES: bucket('STOMP frames of any kind of one session.', '200/s burst 1000'),
  RATE_REST_USER: bucket('REST requests of one user.', '100/s burst 500'),
  RATE_REST_ADDRESS: bucket('REST requests of one client address.', '1000/s burst 1000'),
  RATE_WRITES: bucket('Changes of contacts, blocks and groups of one user.', '20/s burst 200'),
  RATE_STATUS: bucket('Status queries of one user.', '20/s burst 20'),
  RATE_REGISTER: bucket('Registrations from one client address.', '600/h burst 200'),
  RATE_LOGIN_ADDRESS: bucket('Failed logins from one client address.', '60/min burst 60'),
  RATE_LOGIN_NAME: bucket(
    'Failed logins for one username from all addresses; more only add delay, never a lock.',
    '200/h burst 200',
  ),
  LOGIN_FREE_FAILURES: setting(
    'Rates',
    'Failed logins per username and address before each further one waits longer.',
    integer(1, 1000),
    {
      unit: 'failures',
      default: '5',
    },
  ),
  LOGIN_DELAY_MIN_MS: setting('Rates', 'The first wait; it doubles with each failure.', integer(1, 86_400_000), {
    unit: 'ms',
    default: '1000',
  }),
  LOGIN_DELAY_MAX_MS: setting('Rates', 'The longest wait.', integer(1, 86_400_000), { unit: 'ms', default: '900000' }),
};

const stop = (description: string, embedded: number, distributed: number): Setting<number> =>
  setting('Shutdown', description, integer(0, 600_000), {
    unit: 'ms',
    default: { embedded: String(embedded), distributed: String(distributed) },
  });

const shutdown = {
  SHUTDOWN_DRAIN_MS: stop('Time for requests and sends in flight to finish.', 2000, 5000),
  SHUTDOWN_SPREAD_MS: stop(
    'Sockets are closed with 1012 over this time, so that clients do not all return at once.',
    0,
    10_000,
  ),
  SHUTDOWN_HARD_EXIT_MS: stop('The process ends after this time, whatever still runs.', 4500, 40_000),
};

export const LIMIT_SETTINGS = { ...http, ...stomp, ...rest, ...rates, ...shutdown };
