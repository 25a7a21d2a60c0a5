import type { ErrorBody } from '@app/contracts';
import { Person, type WireAnswer } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContractSystem, type Ask, type DoorName } from './contract-system.js';

const ENV = {
  RATE_LIMITS: 'on',
  RATE_WRITES: '1/min burst 3',
  RATE_MESSAGES: '1/min burst 3',
  RATE_STATUS: '1/min burst 3',
  RATE_REST_USER: '1/min burst 30',
  RATE_REGISTER: '1/h burst 40',
  RATE_REST_ADDRESS: '1/min burst 900',
  LOGIN_FREE_FAILURES: '2',
  LOGIN_DELAY_MIN_MS: '30000',
  GROUP_MAX_MEMBERS: '3',
};
const NOBODY = 9_007_199_254_740_991;

const outcome = ({ status, body }: WireAnswer): unknown[] => [status, (body as ErrorBody).code];
const LIMITED = [429, 'RATE_LIMITED'];

describe('rates', () => {
  let system: ContractSystem;
  beforeAll(async () => {
    system = await ContractSystem.start(ENV);
  });
  afterAll(() => system?.stop());

  /** Each of the calls counts; the one after the third is refused, whichever of them it is. */
  async function expectFourthRefused(
    door: DoorName,
    calls: readonly (Omit<Ask, 'as'> & { readonly operation: string })[],
  ): Promise<void> {
    for (const call of calls) {
      const as = await system.person();
      for (let n = 0; n < 3; n++) expect((await system.ask(door, { ...call, as })).status).not.toBe(429);
      const refused = await system.ask(door, { ...call, as });
      expect([call.operation, ...outcome(refused)]).toEqual([call.operation, ...LIMITED]);
      expect(Number(refused.headers.get('retry-after')![0])).toBeLessThanOrEqual(60);
      system.documents.gateway.checkAnswer(call.operation, refused);
    }
  }

  const write = (operation: string, path: string, body?: unknown) => ({
    operation,
    method: operation.split(' ')[0]!,
    path,
    ...(body === undefined ? {} : { body }),
  });
  const AUTH_WRITES = [
    write('POST /api/contacts/{contactId}', `/api/contacts/${NOBODY}`),
    write('POST /api/contacts/by-username', '/api/contacts/by-username', { username: 'nobody-at-all' }),
    write('DELETE /api/contacts/{contactId}', `/api/contacts/${NOBODY}`),
    write('POST /api/blocks/{blockedUserId}', `/api/blocks/${NOBODY}`),
    write('DELETE /api/blocks/{blockedUserId}', `/api/blocks/${NOBODY}`),
    write('POST /api/users/status', '/api/users/status', { userIds: [] }),
  ];
  const CHAT_WRITES = [
    write('POST /api/chat/messages', '/api/chat/messages', { receiver: { id: NOBODY }, content: 'x' }),
    write('POST /api/groups', '/api/groups', { name: 'x' }),
    write('PUT /api/groups/{groupId}', `/api/groups/${NOBODY}`, { name: 'x' }),
    write('POST /api/groups/{groupId}/users', `/api/groups/${NOBODY}/users`, { userIds: [1] }),
    write('POST /api/groups/{groupId}/users/{userId}', `/api/groups/${NOBODY}/users/1`),
    write('DELETE /api/groups/{groupId}/users/{userId}', `/api/groups/${NOBODY}/users/1`),
    write('POST /api/groups/{groupId}/owner/{userId}', `/api/groups/${NOBODY}/owner/1`),
  ];
  it('of changes and status queries count per user, at auth', () => expectFourthRefused('auth', AUTH_WRITES));
  it('of messages and changes count per user, at chat', () => expectFourthRefused('chat', CHAT_WRITES));
  it('hold through the gateway', () =>
    expectFourthRefused('gateway', [AUTH_WRITES[0]!, AUTH_WRITES[5]!, CHAT_WRITES[0]!]));

  it('of logins make whoever guesses wait, and nobody else', async () => {
    const bob = await system.person('bob');
    const logIn = (door: DoorName, password: string): Promise<WireAnswer> =>
      system.ask(door, { method: 'POST', path: '/api/auth/login', body: { username: bob.username, password } });
    expect(outcome(await logIn('auth', 'wrong'))).toEqual([401, 'BAD_CREDENTIALS']);
    expect(outcome(await logIn('gateway', 'wrong'))).toEqual([401, 'BAD_CREDENTIALS']);
    const refused = await logIn('gateway', bob.password);
    expect(outcome(refused)).toEqual(LIMITED);
    expect(Number(refused.headers.get('retry-after')![0])).toBeLessThanOrEqual(30);
    system.documents.auth.checkAnswer('POST /api/auth/login', refused);
    await system.person('carol');
  });

  it.each([
    ['PUT', '/api/auth/password', { oldPassword: 'wrong', newPassword: 'another horse' }],
    ['DELETE', '/api/auth/profile', { password: 'wrong' }],
  ])('of %s %s: a stolen token guesses no faster than a login', async (method, path, body) => {
    const as = await system.person();
    for (let n = 0; n < 2; n++)
      expect(outcome(await system.ask('auth', { method, path, body, as }))).toEqual([403, 'WRONG_PASSWORD']);
    const refused = await system.ask('auth', { method, path, body, as });
    expect(outcome(refused)).toEqual(LIMITED);
    system.documents.auth.checkAnswer(`${method} ${path}`, refused);
  });

  it('a group holds as many as the setting says', async () => {
    const people = await system.people(4);
    const [owner, ...others] = people as [Person, ...Person[]];
    const group = await owner.rest.ok<{ id: number }>('POST', '/api/groups', { name: 'small' });
    for (const { id } of others) await owner.rest.ok('POST', `/api/contacts/${id}`);
    // The three contacts and the group have used up the owner's changes at each service.
    const add = (path: string, body?: unknown) =>
      system.ask('chat', { method: 'POST', path: `/api/groups/${group.id}/users${path}`, body, as: owner });
    const [a, b, c] = others.map(({ id }) => id);
    const tooMany = await add('', { userIds: [a, b, c] });
    expect(outcome(tooMany)).toEqual([409, 'GROUP_FULL']);
    system.documents.chat.checkAnswer('POST /api/groups/{groupId}/users', tooMany);
    expect((await add('', { userIds: [a, b] })).status).toBe(200);
  });

  it('of all requests count per user, at each service', async () => {
    for (const [door, path] of [
      ['auth', '/api/auth/hello'],
      ['chat', '/api/chat/conversations'],
    ] as const) {
      const as = await system.person();
      for (let n = 0; n < 30; n++) expect((await system.ask(door, { method: 'GET', path, as })).status).toBe(200);
      expect(outcome(await system.ask(door, { method: 'GET', path, as }))).toEqual(LIMITED);
      expect(outcome(await system.ask('gateway', { method: 'GET', path, as }))).toEqual(LIMITED);
    }
  });

  it('of registrations count per address', async () => {
    const body = (n: number) => ({ username: `many-${n}`, email: `many-${n}@example.test`, password: 'correct horse' });
    const register = (n: number) =>
      system.ask('gateway', { method: 'POST', path: '/api/auth/register', body: body(n) });
    const statuses: number[] = [];
    for (let n = 0; n < 41; n++) statuses.push((await register(n)).status);
    expect([...new Set(statuses)]).toEqual([200, 429]);
    const refused = await register(41);
    expect(outcome(refused)).toEqual(LIMITED);
    system.documents.auth.checkAnswer('POST /api/auth/register', refused);
  });

  // Last: it uses up what this machine may ask of auth.
  it('of all requests count per address, with a token or without', async () => {
    const ask = (): Promise<WireAnswer> => system.ask('auth', { method: 'GET', path: '/api/auth/hello' });
    let answer = await ask();
    for (let n = 0; n < 900 && answer.status === 401; n++) answer = await ask();
    expect(outcome(answer)).toEqual(LIMITED);
    expect((await system.ask('auth', { method: 'GET', path: '/health/live' })).status).toBe(200);
  });
});

describe('hashes of passwords', () => {
  let system: ContractSystem;
  beforeAll(async () => {
    system = await ContractSystem.start({ BCRYPT_COST: '12', BCRYPT_IN_FLIGHT: '1', BCRYPT_WAITING: '0' });
  });
  afterAll(() => system?.stop());

  it.each(['auth', 'gateway'] as const)(
    'beyond those that may wait are 503 with a time to come back, at %s',
    async (door) => {
      const body = { username: 'nobody-at-all', password: 'wrong' };
      const all = await Promise.all(
        Array.from({ length: 4 }, () => system.ask(door, { method: 'POST', path: '/api/auth/login', body })),
      );
      const outcomes = all.map((answer) => outcome(answer)[1]);
      expect(new Set(outcomes)).toEqual(new Set(['BAD_CREDENTIALS', 'UNAVAILABLE']));
      for (const answer of all) system.documents.auth.checkAnswer('POST /api/auth/login', answer);
    },
  );
});
