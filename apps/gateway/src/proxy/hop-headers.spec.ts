import { describe, expect, it } from 'vitest';
import { answeredHeaders, forwardedHeaders } from './hop-headers.js';

const facts = { requestId: 'r-1', address: '10.0.0.9', protocol: 'http', host: 'chat.example.org' } as const;
const OWN = {
  'x-request-id': 'r-1',
  'x-forwarded-for': '10.0.0.9',
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'chat.example.org',
};

const pairs = (flat: readonly (string | string[])[]) =>
  Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] as string, flat[2 * i + 1]]));

describe('forwardedHeaders', () => {
  it('passes on what concerns the service, in its own letters', () => {
    const sent = forwardedHeaders(
      ['Host', 'a', 'Authorization', 'Bearer t', 'Content-Type', 'application/json'],
      facts,
    );
    expect(pairs(sent)).toEqual({ Host: 'a', Authorization: 'Bearer t', 'Content-Type': 'application/json', ...OWN });
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Connection',
    'HTTP2-Settings',
    'Expect',
  ])('drops %s', (name) => expect(pairs(forwardedHeaders([name, 'x'], facts))).toEqual(OWN));

  it('drops what Connection lists, in any header of that name', () => {
    const sent = forwardedHeaders(
      ['connection', 'close, X-One', 'X-One', '1', 'CONNECTION', 'x-two', 'x-Two', '2', 'X-Three', '3'],
      facts,
    );
    expect(pairs(sent)).toEqual({ 'X-Three': '3', ...OWN });
  });

  it.each([
    'X-User-Id',
    'x-user-role',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'x-forwarded-user',
    'Forwarded',
    'X-Real-IP',
    'X-Request-Id',
  ])('lets nobody claim %s', (name) => expect(pairs(forwardedHeaders([name, 'evil'], facts))).toEqual(OWN));

  it('keeps the two headers of an upgrade', () => {
    const sent = forwardedHeaders(['Connection', 'keep-alive, Upgrade', 'Upgrade', 'websocket'], facts, true);
    expect(pairs(sent)).toEqual({ connection: 'Upgrade', upgrade: 'websocket', ...OWN });
  });
});

describe('answeredHeaders', () => {
  const cors = { vary: 'Origin', 'access-control-allow-origin': 'http://a' };

  it('drops hop-by-hop headers and what Connection lists', () => {
    const answer = {
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      'set-cookie': ['a', 'b'],
    };
    expect(pairs(answeredHeaders(answer, {}))).toEqual({ 'set-cookie': ['a', 'b'] });
  });

  it("puts the gateway's CORS verdict in place of the service's", () => {
    const theirs = {
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'false',
      'access-control-expose-headers': 'x-all',
      'access-control-allow-methods': 'GET',
    };
    expect(pairs(answeredHeaders(theirs, cors))).toEqual({ 'access-control-allow-methods': 'GET', ...cors });
    expect(pairs(answeredHeaders(theirs, { vary: 'Origin' }))).toEqual({
      'access-control-allow-methods': 'GET',
      vary: 'Origin',
    });
  });

  it.each([
    [undefined, 'Origin'],
    ['Origin', 'Origin'],
    ['origin, Accept', 'Origin, Accept'],
    [['Accept', 'Cookie'], 'Accept, Cookie, Origin'],
  ])('joins Vary: %s becomes %s', (vary, joined) => {
    expect(pairs(answeredHeaders({ vary }, cors)).vary).toBe(joined);
  });
});
