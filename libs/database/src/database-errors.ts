import { AppError } from '@app/contracts';

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
}

/** The driver's own error below TypeORM's QueryFailedError; the error itself when there is none. */
function driverError(error: unknown): DriverError {
  if (typeof error !== 'object' || error === null) return {};
  const inner = (error as { driverError?: unknown }).driverError;
  return typeof inner === 'object' && inner !== null ? inner : error;
}

const UNIQUE_CODES = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** True when a statement failed because a row with the same unique key stands already, on either database. */
export const isUniqueViolation = (error: unknown): boolean => UNIQUE_CODES.has(String(driverError(error).code));

/**
 * Which unique key was violated, as the database names it: the index on MySQL (`users.uq_users_username`), the columns on SQLite
 * (`users.username`). Null when `error` is no unique violation. An index named after its columns can be told by `includes('username')`.
 */
export function uniqueViolationTarget(error: unknown): string | null {
  if (!isUniqueViolation(error)) return null;
  const message = String(driverError(error).message);
  return /for key '([^']+)'$/.exec(message)?.[1] ?? /constraint failed: (.+)$/.exec(message)?.[1] ?? message;
}

const LOCK_CODES = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);
/** True when MySQL rolled the transaction back for another's sake (1213, 1205) and the same work may be tried again. */
export const isLockConflict = (error: unknown): boolean => LOCK_CODES.has(String(driverError(error).code));

/** The database is away, frozen, full, read-only or busy: nothing that the request did. mysql2, Node sockets, MySQL, MariaDB, SQLite. */
const AWAY = new RegExp(
  [
    '^(PROTOCOL_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|POOL_)',
    '^(ER_CON_COUNT_ERROR|ER_SERVER_SHUTDOWN|ER_NORMAL_SHUTDOWN|ER_TOO_MANY_USER_CONNECTIONS|ER_QUERY_INTERRUPTED)$',
    '^(ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE|ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION|ER_DISK_FULL|ER_RECORD_FILE_FULL)$',
    '^(ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_CONNECTION_KILLED)$',
    '^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)',
  ].join('|'),
);
const AWAY_TEXT = /closed state|connection is closed|pool is closed|database (connection )?is not open|not connected/i;

/** True when the database cannot serve now, whoever asks. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = driverError(error);
  return (typeof code === 'string' && AWAY.test(code)) || (typeof message === 'string' && AWAY_TEXT.test(message));
}

/** `error` as AppError UNAVAILABLE when {@link isUnavailable}, else unchanged. */
export const mapDatabaseError = (error: unknown): unknown =>
  !(error instanceof AppError) && isUnavailable(error) ? new AppError('UNAVAILABLE', { cause: error }) : error;

/** A COMMIT that failed may have happened or not: the client asks again with the same `clientMsgId` (reliability.md 3.2). */
export const outcomeUnknown = (cause: unknown): AppError => new AppError('OUTCOME_UNKNOWN', { cause });
