import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendTo, type Sent } from '../../test/sender.js';
import { createTinyApp, type TinyApp } from '../../test/tiny-app.js';

let tiny: TinyApp;
beforeAll(async () => {
  tiny = await createTinyApp({ RATE_LIMITS: 'off' });
  await tiny.app.init();
});
afterAll(() => tiny.app.close());
const send = (method: string, url: string, sent: Sent = {}) => sendTo(tiny, method, url, sent);

describe('probes', () => {
  it('tell what is degraded, and 503 with the end of readiness', async () => {
    const own = await createTinyApp();
    await own.app.init();
    own.health.add('kafka', 'degrading', () => false);
    const get = async (url: string) => own.app.inject({ url });
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', degraded: ['kafka'] });
    own.health.setDraining();
    const unready = await get('/health/ready');
    expect([unready.statusCode, unready.headers['retry-after']]).toEqual([503, '1']);
    expect(unready.json()).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await get('/health/live')).json()).toEqual({ status: 'up' });
    await own.app.close();
  });

  it('say 503 when the process is stuck', async () => {
    const stuck = await createTinyApp();
    await stuck.app.init();
    stuck.health.addLiveness('consumer', () => false);
    expect((await stuck.app.inject({ url: '/health/live' })).statusCode).toBe(503);
    await stuck.app.close();
  });

  it('count requests by route, never by path', async () => {
    await send('GET', '/api/things/123456');
    await send('GET', '/api/nowhere/123456');
    const { text } = await send('GET', '/metrics', { token: null });
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/things/:thingId",status="200"}',
    );
    expect(text).toContain('route="none",status="404"');
    expect(text).not.toContain('123456');
  });
});
