import { ERROR_TABLE, type ErrorCode, type ErrorRow } from './error-codes.js';

/** One wrong field of a request: `field` is a dotted path into the body or the name of a parameter. */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** The text the client sees; the table's when left out. */
  readonly message?: string;
  readonly details?: readonly ErrorDetail[];
  /** Logged once, never shown. */
  readonly cause?: unknown;
  /** Seconds for `Retry-After` (429 and 503); 1 when left out. */
  readonly retryAfterSeconds?: number;
  /** Further response headers, as `Allow` of 405. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one error type inside the services; every edge (HTTP, STOMP, consumer, proxy) maps it by {@link ERROR_TABLE}. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(
      options.message ?? ERROR_TABLE[code].message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }

  get row(): ErrorRow {
    return ERROR_TABLE[this.code];
  }

  /** The error as it is when it is an AppError, else INTERNAL with `error` as its cause. */
  static from(error: unknown): AppError {
    return error instanceof AppError ? error : new AppError('INTERNAL', { cause: error });
  }
}
