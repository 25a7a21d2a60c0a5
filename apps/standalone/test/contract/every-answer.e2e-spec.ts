import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Person } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ContractSystem, DOORS, ORIGIN, type DoorName } from './contract-system.js';

let system: ContractSystem;
let alice: Person;
beforeAll(async () => {
  system = await ContractSystem.start();
  alice = await system.person('alice');
});
afterAll(() => system?.stop());

describe('an answer', () => {
  it.each(DOORS)('takes over a request id that can be one, and no other, at %s', async (door) => {
    const path = '/health/live';
    const idOf = (id: string): Promise<string> => rawId(door, path, id);
    for (const id of ['a', 'A-Z_09', 'x'.repeat(64)]) expect(await idOf(id)).toBe(id);
    for (const id of ['x'.repeat(65), 'a b', 'a/b', 'ä', '<a>', '']) expect(await idOf(id)).toMatch(/^[\da-f-]{36}$/);
  });

  it.each(DOORS)('has no origin for one that is not listed, at %s', async (door) => {
    for (const origin of [
      'https://evil.test',
      'null',
      `${ORIGIN}.evil.test`,
      'http://localhost:51730',
      'https://localhost:5173',
      ORIGIN.toUpperCase(),
    ])
      for (const path of ['/health/live', '/api/chat/conversations'])
        await system.ask(door, { method: 'GET', path, origin, listed: false });
  });

  it.each(DOORS)('is an error in the one form for an unknown path, with a token and without, at %s', async (door) => {
    for (const path of [
      '/api/nothing',
      '/api/chat/nothing',
      '/api/auth',
      '/api',
      '/nothing',
      '/api/auth/profile/',
      '/API/auth/profile',
      '/api/Auth/profile',
    ]) {
      expect([path, (await system.ask(door, { method: 'GET', path })).status]).toEqual([path, 401]);
      expect([path, (await system.ask(door, { method: 'GET', path, as: alice })).status]).toEqual([path, 404]);
    }
  });
});

async function rawId(door: DoorName, path: string, id: string): Promise<string> {
  const response = await fetch(system.process.urls[door] + path, {
    headers: { 'x-request-id': Buffer.from(id, 'utf8').toString('latin1') },
  });
  await response.text();
  return response.headers.get('x-request-id') ?? '';
}

describe.each(['gateway', 'chat'] as const)('below /ws, at %s', (door) => {
  /** What stands on every answer, also on those that are no JSON. */
  const expectOwn = (headers: IncomingHttpHeaders, requestId: string): void =>
    expect(headers).toMatchObject({
      'x-instance-id': system.instanceId('chat'),
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'cache-control': expect.stringContaining('no-store') as string,
    });
  const upgrade = (path: string, origin: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { origin, 'x-request-id': 'upgrade-1' };
      const socket = new WebSocket(system.process.urls[door].replace('http', 'ws') + path, { headers });
      socket.on('upgrade', (response) => {
        resolve(response);
        socket.terminate();
      });
      socket.on('unexpected-response', (_request, response) => resolve(response.resume()));
      socket.on('error', reject);
    });

  it.each([
    ['/ws', ORIGIN, 101],
    ['/ws/websocket', ORIGIN, 101],
    ['/ws', 'https://evil.test', 403],
    ['/ws/nothing/at/all', ORIGIN, 404],
  ])('the upgrade of %s from %s is %i in full dress', async (path, origin, status) => {
    const response = await upgrade(path, origin);
    expect(response.statusCode).toBe(status);
    expectOwn(response.headers, 'upgrade-1');
  });

  it.each([
    ['GET', '/ws/info', 200],
    ['GET', '/ws', 200],
    ['OPTIONS', '/ws/info', 200],
    ['GET', '/ws/nothing/at/all', 404],
    ['POST', '/ws/info', 405],
    ['POST', '/ws/000/no-such-session/xhr_send', 404],
  ])('%s %s is %i in full dress, with one origin', async (method, path, status) => {
    const headers = { origin: ORIGIN, 'x-request-id': 'sockjs-1', 'access-control-request-method': 'GET' };
    const response = await fetch(system.process.urls[door] + path, { method, headers });
    await response.text();
    expect(response.status).toBe(status);
    expectOwn(Object.fromEntries(response.headers), 'sockjs-1');
    if (path !== '/ws') expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });
});
