import { randomBytes } from 'node:crypto';
import type { AccountExport, AuthResponse, UserDto } from '@app/contracts';
import type { Person, WireAnswer } from '@app/testing';
import { expect } from 'vitest';
import type { World } from '../world.js';
import { type RestRecipe, type RestRecipes } from './rest-call.js';

const PROFILE = '/api/auth/profile';

function newAccount(): { username: string; email: string; password: string } {
  const username = `new-${randomBytes(6).toString('hex')}`;
  return { username, email: `${username}@example.test`, password: 'correct horse' };
}

const accountOf = (world: World, username: string): { id: number; role: string; email: string } | undefined =>
  world.database.rows<{ id: number; role: string; email: string }>(
    `SELECT id, role, email FROM users WHERE username = '${username}'`,
  )[0];

const profileStatus = async (world: World, token: string, door: 'gateway' | 'auth' = 'gateway'): Promise<number> =>
  (await world.send(door, { method: 'GET', path: PROFILE, headers: { authorization: `Bearer ${token}` } })).status;

/** Refused by both services, straight and through the gateway, within the second that revocations may take. */
async function expectEnded(world: World, token: string): Promise<void> {
  const statuses = async (): Promise<number[]> => {
    const headers = { authorization: `Bearer ${token}` };
    const ask = (door: 'gateway' | 'auth' | 'chat', path: string) => world.send(door, { method: 'GET', path, headers });
    const answers = await Promise.all([
      ask('auth', PROFILE),
      ask('gateway', PROFILE),
      ask('chat', '/api/chat/conversations'),
      ask('gateway', '/api/chat/conversations'),
    ]);
    return answers.map(({ status }) => status);
  };
  await expect.poll(statuses, { timeout: 1_000, interval: 20 }).toEqual([401, 401, 401, 401]);
}

const logInStatus = async (world: World, { username }: Person, password: string): Promise<number> => {
  const body = JSON.stringify({ username, password });
  const headers = { 'content-type': 'application/json' };
  return (await world.send('auth', { method: 'POST', path: '/api/auth/login', headers, body })).status;
};

const register: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const changes: Record<string, object> = {
    'invalid values': { username: 'a b' },
    'username taken, in other case': { username: caller.username.toUpperCase() },
    'e-mail taken, in other case': { email: caller.email.toUpperCase() },
    'role and id in the body': { role: 'ADMIN', id: 1, tokenVersion: 7, password_hash: 'x' },
  };
  const body = { ...newAccount(), ...changes[name] };
  const effect = (answer: WireAnswer): void => {
    const user = answer.body as UserDto;
    expect(accountOf(world, body.username)).toEqual({ id: user.id, role: 'USER', email: body.email });
    expect(user).toEqual({
      id: user.id,
      username: body.username,
      email: body.email,
      role: 'USER',
      profilePictureUrl: null,
      about: null,
    });
  };
  return { caller, path: '/api/auth/register', body, audience: { watch: [caller] }, effect };
};

const logIn: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const { username, password } = caller;
  const bodies: Record<string, object> = {
    'wrong password': { username, password: `${password}!` },
    'unknown user': { username: `${username}x`.slice(-32), password },
    'no password': { username },
  };
  return {
    caller,
    path: '/api/auth/login',
    body: bodies[name] ?? { username, password },
    audience: { watch: [caller] },
    effect: async (answer) => expect(await profileStatus(world, (answer.body as AuthResponse).token)).toBe(200),
  };
};

const logOut: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const other = await caller.logIn();
  const all = name === 'all=true';
  return {
    caller,
    path: `/api/auth/logout${all ? '?all=true' : ''}`,
    audience: { watch: [caller] },
    effect: async () => {
      await expectEnded(world, caller.token);
      if (all) await expectEnded(world, other);
      else expect(await profileStatus(world, other)).toBe(200);
    },
  };
};

const refresh: RestRecipe = async (world) => {
  const caller = await world.person();
  return {
    caller,
    path: '/api/auth/refresh',
    audience: { watch: [caller] },
    effect: async (answer) => {
      expect(await profileStatus(world, (answer.body as AuthResponse).token)).toBe(200);
      expect(await profileStatus(world, caller.token)).toBe(200);
      const rows = world.database.rows<{ reason: string; effective_at: string }>(
        `SELECT reason, effective_at FROM revocations WHERE user_id = ${caller.id}`,
      );
      expect(rows.map(({ reason }) => reason)).toEqual(['REFRESHED']);
      const seconds = (Date.parse(`${rows[0]!.effective_at.replace(' ', 'T')}Z`) - Date.now()) / 1_000;
      expect(Math.round(seconds / 5) * 5).toBe(60);
    },
  };
};

const getProfile: RestRecipe = async (world) => {
  const caller = await world.person();
  const { id, username, email } = caller;
  const own = { id, username, email, role: 'USER', profilePictureUrl: null, about: null };
  return { caller, path: PROFILE, audience: { watch: [caller] }, effect: ({ body }) => expect(body).toEqual(own) };
};

const putProfile: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const { id, username, email } = caller;
  const forged = { role: 'ADMIN', id: 1, username: 'mallory', email: 'mallory@example.test', tokenVersion: 9 };
  const bodies: Record<string, object> = {
    'picture that is no http URL': { profilePictureUrl: 'javascript:alert(1)' },
    'role and id in the body': { about: 'me', ...forged },
  };
  return {
    caller,
    path: PROFILE,
    body: bodies[name] ?? { about: 'me' },
    audience: { watch: [caller] },
    effect: async ({ body }) => {
      expect(body).toEqual({ id, username, email, role: 'USER', profilePictureUrl: null, about: 'me' });
      expect(await caller.rest.ok('GET', PROFILE)).toEqual(body);
    },
  };
};

const deleteProfile: RestRecipe = async (world, name) => {
  const caller = await world.person();
  return {
    caller,
    path: PROFILE,
    body: { password: name === 'wrong password' ? 'wrong' : caller.password },
    audience: { watch: [caller] },
    effect: async () => {
      await expectEnded(world, caller.token);
      expect(await logInStatus(world, caller, caller.password)).toBe(401);
    },
  };
};

const putPassword: RestRecipe = async (world, name) => {
  const caller = await world.person();
  const other = await caller.logIn();
  const newPassword = 'another horse';
  return {
    caller,
    path: '/api/auth/password',
    body: { oldPassword: name === 'wrong password' ? 'wrong' : caller.password, newPassword },
    audience: { watch: [caller] },
    effect: async () => {
      await expectEnded(world, other);
      expect(await profileStatus(world, caller.token)).toBe(200);
      expect(await logInStatus(world, caller, caller.password)).toBe(401);
      expect(await logInStatus(world, caller, newPassword)).toBe(200);
    },
  };
};

const getExport: RestRecipe = async (world) => {
  const [caller, friend] = await world.people(2);
  await caller!.rest.ok('POST', `/api/contacts/${friend!.id}`);
  await friend!.rest.ok('POST', `/api/contacts/${caller!.id}`);
  return {
    caller: caller!,
    path: '/api/auth/export',
    audience: { watch: [caller!] },
    effect: (answer) => {
      const { account, contacts, blocks } = answer.body as AccountExport;
      expect([account.id, contacts.map(({ contact }) => contact.id), blocks]).toEqual([caller!.id, [friend!.id], []]);
      expect(answer.text).not.toContain('$2');
    },
  };
};

const hello: RestRecipe = async (world) => {
  const caller = await world.person();
  const effect = ({ text }: { text: string }): void => expect(text).toBe(`Hello ${caller.username}`);
  return { caller, path: '/api/auth/hello', audience: { watch: [caller] }, effect };
};

export const ACCOUNT_RECIPES: RestRecipes = {
  'POST /api/auth/register': register,
  'POST /api/auth/login': logIn,
  'POST /api/auth/logout': logOut,
  'POST /api/auth/refresh': refresh,
  'GET /api/auth/profile': getProfile,
  'PUT /api/auth/profile': putProfile,
  'DELETE /api/auth/profile': deleteProfile,
  'PUT /api/auth/password': putPassword,
  'GET /api/auth/export': getExport,
  'GET /api/auth/hello': hello,
};
