import { STATUS_CODES } from 'node:http';
import { ERROR_TABLE, ErrorBodySchema, type ErrorBody, type ErrorCode } from '@app/contracts';
import type { WireAnswer } from '@app/testing';
import { expect } from 'vitest';

/** What a request said of itself, and who may have answered it. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly requestId: string;
  readonly origin: string | null;
  readonly instanceIds: readonly string[];
}

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;
/** Nothing of the inside is told: no stack, statement, file or address. */
const INSIDE = /\bat \S+ \(|node_modules|\.(?:ts|js):\d|SELECT |INSERT |SQLITE|127\.0\.0\.1|localhost:\d/;

const only = (answer: WireAnswer, name: string): string | undefined => {
  const values = answer.headers.get(name) ?? [];
  expect([name, values.length <= 1]).toEqual([name, true]);
  return values[0];
};

function checkHeaders(answer: WireAnswer, asked: Asked): void {
  const told = Object.fromEntries(Object.keys(SECURITY).map((name) => [name, only(answer, name)]));
  expect(told).toEqual(SECURITY);
  expect(only(answer, 'content-security-policy')).toMatch(/^default-src 'none'/);
  expect(only(answer, 'x-request-id')).toBe(asked.requestId);
  expect(asked.instanceIds).toContain(only(answer, 'x-instance-id'));
  expect(only(answer, 'access-control-allow-origin')).toBe(asked.origin ?? undefined);
  expect(only(answer, 'vary')?.split(', ')).toContain('Origin');
}

function checkErrorHeaders(answer: WireAnswer): void {
  if (answer.status === 401) expect(only(answer, 'www-authenticate')).toBe('Bearer');
  if (answer.status === 405) expect(only(answer, 'allow')).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (answer.status === 429 || answer.status === 503) expect(only(answer, 'retry-after')).toMatch(/^[1-9]\d*$/);
}

function checkErrorBody(answer: WireAnswer, asked: Asked): void {
  expect(only(answer, 'content-type')).toBe('application/json; charset=utf-8');
  const body: ErrorBody = ErrorBodySchema.strict().parse(answer.body);
  const { status, path, requestId, error } = body;
  expect({ status, path, requestId, error }).toEqual({
    status: answer.status,
    path: asked.path,
    requestId: asked.requestId,
    error: STATUS_CODES[answer.status],
  });
  expect(ERROR_TABLE[body.code as ErrorCode]?.status).toBe(answer.status);
  expect(Math.abs(Date.parse(body.timestamp) - Date.now())).toBeLessThan(60_000);
  expect(JSON.stringify({ ...body, path: '' })).not.toMatch(INSIDE);
}

/** What holds of every answer, whatever was asked (api.md, Conventions). */
export function checkAnswer(answer: WireAnswer, asked: Asked): void {
  expect([asked.method, asked.path, answer.status < 500 || answer.status === 503]).toEqual([
    asked.method,
    asked.path,
    true,
  ]);
  checkHeaders(answer, asked);
  checkErrorHeaders(answer);
  if (answer.status >= 400 && asked.method !== 'HEAD') checkErrorBody(answer, asked);
}
