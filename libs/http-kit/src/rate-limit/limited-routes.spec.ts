import { AppError } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { DoorController, createTinyApp } from '../../test/tiny-app.js';

describe('rates', () => {
  const limited = { RATE_REST_USER: '1/h burst 3', RATE_REST_ADDRESS: '1/h burst 6', RATE_WRITES: '1/h burst 1' };

  it('end in 429 with the time to wait: per route, per user, per address', async () => {
    const own = await createTinyApp({ ...limited, RATE_REST_USER: '1/h burst 5' });
    await own.app.init();
    const as = (id: number) => ({
      authorization: `Bearer ${own.tokens.issue({ id, username: `user${id}`, role: 'USER', tokenVersion: 0 })}`,
    });
    const write = (id: number) => own.app.inject({ method: 'POST', url: '/api/things/7', headers: as(id) });
    const statuses = [await write(1), await write(1), await write(2)];
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([200, 429, 200]);
    expect(statuses[1]?.headers['retry-after']).toBe('3600');
    expect(statuses[1]?.json()).toMatchObject({ code: 'RATE_LIMITED' });
    const reads = [];
    for (let count = 0; count < 4; count += 1)
      reads.push((await own.app.inject({ url: '/api/things/7', headers: as(1) })).statusCode);
    expect(reads).toEqual([200, 200, 200, 429]);
    const forwarded = { ...as(3), 'x-forwarded-for': '203.0.113.5' };
    expect((await own.app.inject({ url: '/api/things/7', headers: as(3) })).statusCode).toBe(429);
    expect((await own.app.inject({ url: '/api/things/7', headers: forwarded })).statusCode).toBe(200);
    expect((await own.app.inject({ url: '/health/live' })).statusCode).toBe(200);
    await own.app.close();
  });

  it('hold logins up after five wrong ones, by name and address', async () => {
    const own = await createTinyApp();
    await own.app.init();
    const door = own.app.get(DoorController);
    const login = (username: unknown) =>
      own.app.inject({ method: 'POST', url: '/api/auth/login', payload: { username, password: 'x' } });
    door.answer = () => {
      throw new AppError('BAD_CREDENTIALS');
    };
    const statuses = [];
    for (let tries = 0; tries < 6; tries += 1) statuses.push((await login('bob')).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    door.answer = () => ({ token: 't' });
    expect((await login('ann')).statusCode).toBe(200);
    expect((await login(['bob'])).statusCode).toBe(200);
    await own.app.close();
  });

  it('do not blame a login for an error of ours', async () => {
    const own = await createTinyApp();
    await own.app.init();
    own.app.get(DoorController).answer = () => Promise.reject(new AppError('UNAVAILABLE'));
    for (let tries = 0; tries < 10; tries += 1) {
      const payload = { username: 'bob', password: 'x' };
      expect((await own.app.inject({ method: 'POST', url: '/api/auth/login', payload })).statusCode).toBe(503);
    }
    await own.app.close();
  });
});
