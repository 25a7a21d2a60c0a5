import { Person, RestClient } from '@app/testing';
import type { AuthResponse, ErrorBody, UserDto } from '@app/contracts';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');

describe('flow 2: login', () => {
  let alice: Person;
  const anonymous = new RestClient(urls.gateway);
  beforeAll(async () => {
    alice = await Person.join(urls, 'login');
  });

  it('answers a token of ten hours with the claims decided', async () => {
    const { username, password } = alice;
    const { token } = await anonymous.ok<AuthResponse>('POST', '/api/auth/login', { username, password });
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ sub: username, id: alice.id, role: 'USER', iss: 'auth-service', aud: 'chatapp' });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(36_000);
    expect(await new RestClient(urls.gateway, token).ok<UserDto>('GET', '/api/auth/profile')).toMatchObject({
      id: alice.id,
    });
  });

  it('answers one and the same 401 for an unknown name and a wrong password', async () => {
    const wrong = await anonymous.post<ErrorBody>('/api/auth/login', { username: alice.username, password: 'wrong' });
    const unknown = await anonymous.post<ErrorBody>('/api/auth/login', {
      username: 'nobody-at-all',
      password: 'wrong',
    });
    const face = ({ status, body }: typeof wrong) => [status, body.code, body.message, body.error];
    expect(face(wrong)).toEqual(face(unknown));
    expect(wrong.status).toBe(401);
  });

  it('ends a token everywhere within a second after logout, and only that one', async () => {
    const other = await alice.logIn();
    const gone = new RestClient(urls.gateway, other);
    await gone.ok('POST', '/api/auth/logout');
    const deadline = performance.now() + 1_000;
    const statuses = async () => [
      (await gone.get('/api/auth/profile')).status,
      (await gone.get('/api/chat/conversations')).status,
    ];
    let seen = await statuses();
    while (performance.now() < deadline && seen.some((status) => status !== 401)) seen = await statuses();
    expect(seen).toEqual([401, 401]);
    expect((await alice.rest.get('/api/auth/profile')).status).toBe(200);
  });
});
