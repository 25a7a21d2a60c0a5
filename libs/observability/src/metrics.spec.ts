import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

describe('metrics', () => {
  it('of two apps do not mix', async () => {
    const [auth, chat] = [new Metrics({ process: false }), new Metrics({ process: false })];
    auth.counter({ name: 'logins_total', help: 'Logins' }).inc();
    chat.counter({ name: 'logins_total', help: 'Logins' }).inc(5);
    expect(await auth.text()).toContain('logins_total 1');
    expect(await chat.text()).toContain('logins_total 5');
  });

  it('are made once per name', async () => {
    const metrics = new Metrics({ process: false });
    const options = { name: 'sends_total', help: 'Sends', labelNames: ['outcome'] as const };
    metrics.counter(options).inc({ outcome: 'accepted' });
    metrics.counter(options).inc({ outcome: 'accepted' });
    expect(await metrics.text()).toContain('sends_total{outcome="accepted"} 2');
  });

  it('refuse one name for two kinds', () => {
    const metrics = new Metrics({ process: false });
    metrics.counter({ name: 'x', help: 'X' });
    expect(() => metrics.gauge({ name: 'x', help: 'X' })).toThrow('another kind');
  });

  it('read a gauge when they are scraped', async () => {
    const metrics = new Metrics({ process: false, service: 'chat-service' });
    let sockets = 1;
    metrics.gauge({ name: 'sockets', help: 'Open sockets', collect: () => sockets });
    expect(await metrics.text()).toContain('sockets{service="chat-service"} 1');
    sockets = 2;
    expect(await metrics.text()).toContain('sockets{service="chat-service"} 2');
  });

  it('count into the buckets they were given', async () => {
    const metrics = new Metrics({ process: false });
    metrics.histogram({ name: 'batch_size', help: 'Sends per batch', buckets: [1, 8, 64] }).observe(9);
    const text = await metrics.text();
    expect(text).toContain('batch_size_bucket{le="8"} 0');
    expect(text).toContain('batch_size_bucket{le="64"} 1');
  });

  it('hold the figures of the process unless told otherwise', async () => {
    expect(await new Metrics().text()).toContain('process_resident_memory_bytes');
    expect(await new Metrics({ process: false }).text()).not.toContain('process_');
  });
});
