/** How a consumer of the message bus treats a record whose handling failed with a code. */
export type ConsumerDisposition = 'retry' | 'dead-letter' | 'drop';
/** What a STOMP session experiences: `refuse` keeps the socket and answers on `/user/queue/errors`, `error` sends ERROR and closes, `drop` is silent. */
export type StompOutcome = 'refuse' | 'error' | 'drop';
export type ErrorLogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface ErrorRow {
  readonly status: number;
  readonly stomp: StompOutcome;
  readonly consumer: ConsumerDisposition;
  readonly log: ErrorLogLevel;
  /** The text a client sees when the thrower gave none. Never names a host, a path, SQL or a stack. */
  readonly message: string;
}

const row = (
  status: number,
  message: string,
  stomp: StompOutcome = 'refuse',
  consumer: ConsumerDisposition = 'dead-letter',
  log: ErrorLogLevel = status >= 500 ? 'error' : 'debug',
): ErrorRow => ({ status, stomp, consumer, log, message });

/**
 * The closed set of error codes and, per code, what each edge makes of it: the HTTP status, the STOMP outcome, the consumer's disposition and
 * the log level. `satisfies` makes a code without a row a compile error.
 */
export const ERROR_TABLE = {
  BAD_REQUEST: row(400, 'The request cannot be understood'),
  VALIDATION_FAILED: row(400, 'The request has invalid values'),
  SELF_TARGET: row(400, 'You cannot do this to yourself'),
  NOT_A_CONTACT: row(400, "The user is not among the creator's contacts"),
  UNAUTHENTICATED: row(401, 'Authentication is required', 'error'),
  BAD_CREDENTIALS: row(401, 'Bad credentials', 'error'),
  TOKEN_EXPIRED: row(401, 'token expired', 'error'),
  SESSION_ENDED: row(401, 'session ended', 'error'),
  FORBIDDEN: row(403, 'You are not allowed to do this'),
  ROLE_NOT_ALLOWED: row(403, 'Your role is not allowed to do this', 'error'),
  WRONG_PASSWORD: row(403, 'The password is wrong'),
  BLOCKED: row(403, 'One of you has blocked the other'),
  NOT_A_MEMBER: row(403, 'You are not a member of this group'),
  ORIGIN_NOT_ALLOWED: row(403, 'Invalid CORS request', 'error'),
  NOT_FOUND: row(404, 'There is no such thing'),
  METHOD_NOT_ALLOWED: row(405, 'The method is not allowed here'),
  USERNAME_TAKEN: row(409, 'The username is taken'),
  EMAIL_TAKEN: row(409, 'The e-mail address is taken'),
  CLIENT_MSG_ID_REUSED: row(409, 'This clientMsgId was used for another message'),
  GROUP_FULL: row(409, 'The group is full'),
  CREATOR_MUST_TRANSFER: row(409, 'Transfer the group before you leave it'),
  PAYLOAD_TOO_LARGE: row(413, 'The request body is too large'),
  UNSUPPORTED_MEDIA_TYPE: row(415, 'The media type is not supported'),
  RATE_LIMITED: row(429, 'Too many requests'),
  INTERNAL: row(500, 'Internal error', 'refuse', 'retry'),
  UNAVAILABLE: row(503, 'The service is temporarily unavailable', 'refuse', 'retry', 'warn'),
  PRESENCE_UNAVAILABLE: row(503, 'Presence is temporarily unavailable', 'refuse', 'retry', 'warn'),
  OUTCOME_UNKNOWN: row(503, 'The outcome is unknown, retry with the same clientMsgId', 'refuse', 'retry', 'warn'),
  DESTINATION_NOT_ALLOWED: row(403, 'This destination is not allowed'),
  UNKNOWN_DESTINATION: row(404, 'There is no such destination'),
  DUPLICATE_SUBSCRIPTION: row(409, 'This subscription id is in use'),
  TOO_MANY_SUBSCRIPTIONS: row(429, 'Too many subscriptions'),
  MALFORMED_EVENT: row(400, 'The event cannot be understood', 'drop', 'dead-letter', 'error'),
} as const satisfies Record<string, ErrorRow>;

/** A code of {@link ERROR_TABLE}; stands as `code` in every error body. */
export type ErrorCode = keyof typeof ERROR_TABLE;
export const ERROR_CODES = Object.keys(ERROR_TABLE) as ErrorCode[];
