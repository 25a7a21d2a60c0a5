import { STATUS_CODES } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AppError } from './app-error.js';
import { ERROR_CODES, ERROR_TABLE } from './error-codes.js';

describe.each(ERROR_CODES)('%s', (code) => {
  const row = ERROR_TABLE[code];

  it('has a row for every edge', () => {
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(STATUS_CODES[row.status]).toBeTypeOf('string');
    expect(['refuse', 'error', 'drop']).toContain(row.stomp);
    expect(['retry', 'dead-letter', 'drop']).toContain(row.consumer);
    expect(['debug', 'info', 'warn', 'error']).toContain(row.log);
  });

  it('has a text that names nothing from inside', () => {
    expect(row.message).toMatch(/^[A-Za-z][^/\\<>{}]{5,}$/);
    expect(row.message).not.toMatch(/sql|stack|exception|mysql|redis|kafka|sqlite/i);
  });
});

describe('the table', () => {
  it('sends clients away only with 401, 403, 404, 409, 413, 415, 429 or 400, and blames itself with 500 and 503', () => {
    const statuses = new Set<number>(ERROR_CODES.map((code) => ERROR_TABLE[code].status));
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503]);
  });

  it('retries what may pass by itself, and nothing else', () => {
    const retried = ERROR_CODES.filter((code) => ERROR_TABLE[code].consumer === 'retry');
    expect(retried.every((code) => ERROR_TABLE[code].status >= 500)).toBe(true);
    expect(retried).toHaveLength(ERROR_CODES.filter((code) => ERROR_TABLE[code].status >= 500).length);
  });

  it('closes a socket for reasons of its token or its place only', () => {
    const closing = ERROR_CODES.filter((code) => (ERROR_TABLE[code].stomp as string) === 'error');
    expect(closing.every((code) => [401, 403].includes(ERROR_TABLE[code].status))).toBe(true);
  });
});

describe('an AppError', () => {
  it("has the table's text unless it is given one", () => {
    expect(new AppError('BLOCKED').message).toBe(ERROR_TABLE.BLOCKED.message);
    expect(new AppError('BLOCKED', { message: 'no' }).message).toBe('no');
    expect(new AppError('BLOCKED').row).toBe(ERROR_TABLE.BLOCKED);
  });

  it('wraps what is none, and keeps what is one', () => {
    const cause = new Error('x');
    expect(AppError.from(cause)).toMatchObject({ code: 'INTERNAL', cause });
    const own = new AppError('NOT_FOUND');
    expect(AppError.from(own)).toBe(own);
  });
});
