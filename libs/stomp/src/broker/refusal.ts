export interface StompRefusalOptions {
  /** Counts towards the refusals that close a session (default). False for faults of the server's own, which no client should be closed for. */
  readonly counted?: boolean;
}

/**
 * Thrown by an authorizer or a handler: the frame has no effect and no RECEIPT, the session stays open and gets `{code, message, destination,
 * receiptId}` on its own `/user/queue/errors` (protocol.md, decision 4).
 */
export class StompRefusal extends Error {
  readonly counted: boolean;

  constructor(
    readonly code: string,
    message: string,
    options: StompRefusalOptions = {},
  ) {
    super(message);
    this.name = 'StompRefusal';
    this.counted = options.counted ?? true;
  }
}

/** Thrown where the connection must end: ERROR with this message, then close (protocol.md, decision 6). */
export class StompFatal extends Error {
  constructor(
    message: string,
    readonly closeCode = 1002,
  ) {
    super(message);
    this.name = 'StompFatal';
  }
}

/** The refusals the library makes itself; applications add their own codes. */
export const REFUSALS = {
  DESTINATION_NOT_ALLOWED: 'DESTINATION_NOT_ALLOWED',
  UNKNOWN_DESTINATION: 'UNKNOWN_DESTINATION',
  DUPLICATE_SUBSCRIPTION: 'DUPLICATE_SUBSCRIPTION',
  TOO_MANY_SUBSCRIPTIONS: 'TOO_MANY_SUBSCRIPTIONS',
  BAD_REQUEST: 'BAD_REQUEST',
  /** An error that neither the library nor `mapError` knows. */
  INTERNAL: 'INTERNAL',
} as const;
