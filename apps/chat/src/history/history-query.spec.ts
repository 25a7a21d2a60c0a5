import { describe, expect, it } from 'vitest';
import { AppError } from '@app/contracts';
import { parsePageRequest } from '@app/http-kit';
import { HISTORY_OPTIONS, parseHistoryQuery, type HistoryQuery } from './history-query.js';

const parse = (query: Record<string, unknown>): HistoryQuery =>
  parseHistoryQuery(query, parsePageRequest(query, HISTORY_OPTIONS));

const fieldOfRefusal = (query: Record<string, unknown>): string | undefined => {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    const { code, details } = AppError.from(error);
    return `${code} ${details?.[0]?.field}`;
  }
};

describe('a question for history', () => {
  it('is for a page without a cursor', () => {
    expect(parse({})).toMatchObject({ page: { page: 0, size: 20, sort: [{ field: 'timestamp', direction: 'asc' }] } });
    expect(parse({ size: '500' })).toMatchObject({ page: { size: 100 } });
  });

  it('is for a slice with a cursor, up to 200 at once', () => {
    expect(parse({ afterSeq: '0' })).toEqual({ cursor: { direction: 'after', seq: 0, size: 20 } });
    expect(parse({ beforeSeq: '7', size: '200' })).toEqual({ cursor: { direction: 'before', seq: 7, size: 200 } });
    expect(parse({ afterSeq: '7', size: '201' })).toEqual({ cursor: { direction: 'after', seq: 7, size: 200 } });
  });

  it('is refused with a cursor that is no seq', () => {
    for (const text of ['', '-1', '1.5', '1e3', '0x1', '01', 'abc', '9007199254740993', ['1', '2']])
      expect(fieldOfRefusal({ afterSeq: text })).toBe('VALIDATION_FAILED afterSeq');
    expect(fieldOfRefusal({ beforeSeq: '-1' })).toBe('VALIDATION_FAILED beforeSeq');
  });

  it('is refused with both cursors', () => {
    expect(fieldOfRefusal({ afterSeq: '1', beforeSeq: '9' })).toBe('VALIDATION_FAILED beforeSeq');
  });
});
