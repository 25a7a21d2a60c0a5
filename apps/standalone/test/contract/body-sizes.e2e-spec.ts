import type { ErrorBody } from '@app/contracts';
import type { Person } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContractSystem, DOORS } from './contract-system.js';

const codeOf = ({ body }: { body: unknown }): string => (body as ErrorBody).code;

let system: ContractSystem;
let alice: Person;
beforeAll(async () => {
  system = await ContractSystem.start();
  alice = await system.person('alice');
});
afterAll(() => system?.stop());

describe.each(DOORS)('sizes of a body, at %s', (door) => {
  const path = (): string => (door === 'chat' ? '/api/chat/sync' : '/api/auth/login');
  const post = (body: string | Buffer, headers = {}) =>
    system.ask(door, { method: 'POST', path: path(), body, as: alice, headers });
  /** A JSON text of exactly that many bytes. */
  const sized = (bytes: number): string => `{"x":"${'x'.repeat(bytes - 8)}"}`;
  const nested = (levels: number): string => `{"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  const keyed = (keys: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 0])));
  const outcome = async (body: string | Buffer, headers = {}): Promise<unknown[]> => {
    const answer = await post(body, headers);
    return [answer.status, codeOf(answer)];
  };

  it('64 KiB are read, one byte more is 413, announced or not', async () => {
    expect(await outcome(sized(65_536))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await outcome(sized(65_537))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await outcome(sized(65_536), chunked)).toEqual([400, 'VALIDATION_FAILED']);
    expect(await outcome(sized(65_537), chunked)).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('20 levels and 1,000 keys are read, one more is 400', async () => {
    expect(await outcome(nested(20))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await outcome(nested(21))).toEqual([400, 'BAD_REQUEST']);
    expect(await outcome(keyed(1_000))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await outcome(keyed(1_001))).toEqual([400, 'BAD_REQUEST']);
  });

  const bombs = {
    'a depth of 30,000': `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    '16,000 keys': `{${Array.from({ length: 5_000 }, (_, i) => `"${i}":0`).join(',')}}`,
    __proto__: '{"__proto__":{"admin":true}}',
    constructor: '{"a":{"constructor":{"prototype":{}}}}',
    prototype: '{"prototype":{}}',
    'an escaped __proto__': '{"\\u005f_proto__":{}}',
    'a lone surrogate': '{"username":"\\ud800"}',
    'a lone surrogate as a key': '{"\\udc00":1}',
  };
  it.each(Object.entries(bombs))('%s is 400 at once', async (_name, body) => {
    const began = performance.now();
    expect(await outcome(body)).toEqual([400, 'BAD_REQUEST']);
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('a number of 64 KiB is read, for what it is worth', async () => {
    expect(await outcome(`{"x":${'9'.repeat(65_000)}}`)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('an empty body with a JSON type is no body', async () => {
    const answer = await system.ask(door, {
      method: door === 'chat' ? 'GET' : 'POST',
      path: door === 'chat' ? '/api/chat/conversations' : '/api/auth/refresh',
      as: alice,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
  });
});
