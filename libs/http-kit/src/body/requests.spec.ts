import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendTo, type Sent } from '../../test/sender.js';
import { ThingsController, createTinyApp, type TinyApp } from '../../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());
const send = (method: string, url: string, sent: Sent = {}) => sendTo(tiny, method, url, sent);

describe('a body', () => {
  const put = (body: unknown, type?: string) => send('PUT', '/api/things/7', { body, ...(type ? { type } : {}) });

  it('is JSON in UTF-8', async () => {
    expect((await put({ note: 'grüß dich 😀' })).json).toEqual({ note: 'grüß dich 😀' });
    expect((await put('{"note":"x"}', 'application/json; charset=utf-8')).status).toBe(200);
    expect((await put('{"note":"x"}', 'Application/JSON')).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
    'json/',
  ])('of %s is 415', async (type) => expect((await put('note=x', type)).status).toBe(415));

  it('without a type is 415', async () => {
    const answer = await tiny.app.inject({
      method: 'PUT',
      url: '/api/things/7',
      payload: Buffer.from('{"note":"x"}'),
      headers: { authorization: `Bearer ${tiny.token}` },
    });
    expect(answer.statusCode).toBe(415);
  });

  it('may have 64 KiB', async () => {
    const fill = (bytes: number): string => JSON.stringify({ note: 'x'.repeat(bytes - '{"note":""}'.length) });
    expect((await put(fill(65_536))).status).toBe(200);
    const { status, code } = await put(fill(65_537));
    expect([status, code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('is no body when it is empty, whatever its type says', async () => {
    expect((await send('DELETE', '/api/things/7', { body: '' })).status).toBe(200);
    expect((await send('DELETE', '/api/things/7', { type: 'application/json' })).status).toBe(200);
    expect((await send('POST', '/api/things/7', { type: 'application/json' })).status).toBe(200);
    expect((await put('')).code).toBe('VALIDATION_FAILED');
  });

  it.each(['{', '"x"', '[]', 'null', '1', 'nonsense', '{"note":1}', '{"note":["x"]}', '{"note":{"$ne":1}}'])(
    'of %j is 400, and the handler is not called',
    async (body) => {
      const things = tiny.app.get(ThingsController);
      const before = things.calls;
      expect((await put(body)).status).toBe(400);
      expect(things.calls).toBe(before);
    },
  );

  it('with wrong fields names each', async () => {
    const body = { username: 'a', email: 'x', password: 'short', role: 'ADMIN' };
    const { status, json } = await send('POST', '/api/auth/register', { body, token: null });
    expect(status).toBe(400);
    expect(json?.code).toBe('VALIDATION_FAILED');
    expect(json?.details?.map(({ field }) => field)).toEqual(['username', 'email', 'password']);
  });

  it('loses the fields that the schema does not know', async () => {
    expect((await put({ note: 'x', id: 9, role: 'ADMIN' })).json).toEqual({ note: 'x' });
  });
});

describe('a query', () => {
  it.each([
    ['?q=bo', 200],
    ['?q=b', 400],
    ['', 400],
    ['?q=bo&q=an', 400],
    ['?q[]=bo', 400],
    ['?q[a]=bo', 400],
    ['?q=%zz%00', 200],
  ])('%s is %i', async (query, status) => {
    const answer = await send('GET', `/api/things/search${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json?.details?.map(({ field }) => field)).toEqual(status === 400 ? ['q'] : undefined);
  });

  it.each(['?size=[object%20Object]', '?page=-1&size=0', '?page=x&page=y', '?__proto__=x&constructor=y'])(
    '%s falls back to the defaults',
    async (query) => {
      const { json } = await send('GET', `/api/things${query}`);
      expect(json).toMatchObject({ number: 0, size: 20, totalElements: 41 });
    },
  );

  it('with an unknown sort is 400', async () => {
    expect((await send('GET', '/api/things?sort=user.password')).json?.details?.[0]?.field).toBe('sort');
  });
});
