import { AppError } from '@app/contracts';
import { parsePageRequest, type PageOptions, type PageRequest } from '@app/http-kit';
import type { Cursor } from './seq-window.js';

/** A page, or what stands after or before a cursor. */
export type HistoryQuery = { readonly page: PageRequest; readonly cursor?: undefined } | { readonly cursor: Cursor };

/** A message's time never falls within its conversation, so both fields sort alike. */
export const HISTORY_OPTIONS: PageOptions<'timestamp' | 'seq'> = {
  sort: ['timestamp', 'seq'],
  defaultSort: 'timestamp,asc',
};
const LARGEST_SLICE = 200;

const SEQ = /^(0|[1-9]\d{0,15})$/;

function parseSeq(field: 'afterSeq' | 'beforeSeq', text: unknown): number {
  const seq = Number(text);
  if (typeof text === 'string' && SEQ.test(text) && Number.isSafeInteger(seq)) return seq;
  throw new AppError('VALIDATION_FAILED', { details: [{ field, message: 'must be a seq' }] });
}

/** @throws AppError VALIDATION_FAILED for a cursor that is no seq, for both cursors at once, and for a sort that is not offered. */
export function parseHistoryQuery(query: Readonly<Record<string, unknown>>, page: PageRequest): HistoryQuery {
  const { afterSeq, beforeSeq } = query;
  if (afterSeq === undefined && beforeSeq === undefined) return { page };
  if (afterSeq !== undefined && beforeSeq !== undefined) {
    const message = 'cannot be combined with afterSeq';
    throw new AppError('VALIDATION_FAILED', { details: [{ field: 'beforeSeq', message }] });
  }
  const { size } = parsePageRequest(query, { ...HISTORY_OPTIONS, maxSize: LARGEST_SLICE });
  return beforeSeq === undefined
    ? { cursor: { direction: 'after', seq: parseSeq('afterSeq', afterSeq), size } }
    : { cursor: { direction: 'before', seq: parseSeq('beforeSeq', beforeSeq), size } };
}
