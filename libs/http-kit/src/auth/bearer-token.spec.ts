import { describe, expect, it } from 'vitest';
import { readBearerToken } from './bearer-token.js';

const of = (...values: string[]) => ({
  headers: values[0] === undefined ? {} : { authorization: values[0] },
  rawHeaders: values.flatMap((value, index) => [index % 2 ? 'AUTHORIZATION' : 'Authorization', value]),
});

describe('the bearer token', () => {
  it.each(['Bearer a.b-c.d_e', 'bearer a.b-c.d_e'])('of %s', (value) =>
    expect(readBearerToken(of(value))).toBe('a.b-c.d_e'),
  );

  it.each(['', 'Bearer', 'Bearer ', 'Bearer  a', 'Bearer a b', 'Bearer a,Bearer b', 'Basic YTpi', 'a.b.c', 'Bearer ä'])(
    'is not in %j',
    (value) => expect(readBearerToken(of(value))).toBeNull(),
  );

  it('is not there without the header', () => expect(readBearerToken(of())).toBeNull());
  it('is not there when the header stands twice', () => {
    expect(readBearerToken(of('Bearer a.b.c', 'Bearer a.b.c'))).toBeNull();
  });
});
