import { ErrorBodySchema } from '@app/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendTo, type Sent } from '../../test/sender.js';
import { createTinyApp, type TinyApp } from '../../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());
const send = (method: string, url: string, sent: Sent = {}) => sendTo(tiny, method, url, sent);

it(
  'nothing that a client sends makes a 5xx, and all that is refused has the one form',
  { timeout: 60_000 },
  async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'api',
        'things',
        'auth',
        'login',
        'register',
        'docs',
        'health',
        'ws',
        'search',
        '7',
        '..',
        '%2e',
        ';',
      ),
      fc.string({ maxLength: 8 }).map(encodeURIComponent),
      fc.stringMatching(/^[!-~]{0,8}$/),
    );
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'),
      url: fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`),
      type: fc.option(fc.constantFrom('application/json', 'application/json;charset=x', 'text/plain', ';', 'a/b')),
      body: fc.option(
        fc.oneof(
          fc.json({ maxDepth: 3 }),
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
      ),
      token: fc.boolean(),
      header: fc.stringMatching(/^[ -~]{0,20}$/),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, url, type, body, token, header }) => {
        // What no URL parser takes cannot be injected; path-check.spec.ts and the raw sockets of create-http-app.int-spec.ts send it.
        fc.pre(URL.canParse(url, 'http://localhost'));
        const answer = await send(method, url.replaceAll('fail', 'x').replaceAll('503', '5'), {
          ...(body === null || method === 'GET' || method === 'HEAD' ? {} : { body }),
          ...(type === null ? {} : { type }),
          token: token ? tiny.token : null,
          headers: { origin: header, 'x-forwarded-for': header, 'x-request-id': header },
        });
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers['x-instance-id']).toBe('tiny-1');
        if (answer.status >= 400 && method !== 'HEAD') ErrorBodySchema.strict().parse(answer.json);
      }),
      { numRuns: 500 },
    );
  },
);
