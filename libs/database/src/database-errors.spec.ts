import { AppError } from '@app/contracts';
import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { isLockConflict, isUnavailable, isUniqueViolation, mapDatabaseError, uniqueViolationTarget } from './index.js';

const failed = (code: string, message = code): QueryFailedError =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error(message), { code }));

describe('database errors', () => {
  it.each(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])(
    '%s is a unique violation',
    (code) => {
      expect(isUniqueViolation(failed(code))).toBe(true);
      expect(isUnavailable(failed(code))).toBe(false);
    },
  );

  it.each([
    ['ER_DUP_ENTRY', "Duplicate entry 'email' for key 'users.uq_users_username'", 'users.uq_users_username'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'UNIQUE constraint failed: users.username', 'users.username'],
  ])('names the key of %s', (code, message, target) => {
    expect(uniqueViolationTarget(failed(code, message))).toBe(target);
  });

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'PROTOCOL_CONNECTION_LOST',
    'PROTOCOL_SEQUENCE_TIMEOUT',
    'ER_CON_COUNT_ERROR',
    'ER_OPTION_PREVENTS_STATEMENT',
    'SQLITE_FULL',
    'SQLITE_IOERR_FSYNC',
    'SQLITE_BUSY',
    'SQLITE_READONLY',
  ])('%s means that the database cannot serve', (code) => {
    const mapped = mapDatabaseError(failed(code));
    expect(mapped).toBeInstanceOf(AppError);
    expect(mapped).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each(['ER_PARSE_ERROR', 'SQLITE_ERROR', 'SQLITE_CONSTRAINT_NOTNULL', 'ER_DATA_TOO_LONG'])(
    '%s is our own fault',
    (code) => {
      const error = failed(code);
      expect(mapDatabaseError(error)).toBe(error);
    },
  );

  it('tells a lock conflict, which may be tried again', () => {
    expect(
      [failed('ER_LOCK_DEADLOCK'), failed('ER_LOCK_WAIT_TIMEOUT'), failed('ECONNRESET')].map(isLockConflict),
    ).toEqual([true, true, false]);
  });

  it('leaves an AppError and what is no error alone', () => {
    const error = new AppError('OUTCOME_UNKNOWN', { cause: failed('ECONNRESET') });
    expect(mapDatabaseError(error)).toBe(error);
    expect(mapDatabaseError(null)).toBeNull();
    expect(mapDatabaseError('x')).toBe('x');
  });
});
