import type { Person } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
