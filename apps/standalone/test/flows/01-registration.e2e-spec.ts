import { randomBytes } from 'node:crypto';
import { RestClient } from '@app/testing';
import type { ErrorBody, UserDto } from '@app/contracts';
import { describe, expect, inject, it } from 'vitest';

const urls = inject('urls');
const fresh = () => {
  const username = `reg-${randomBytes(5).toString('hex')}`;
  return { username, email: `${username}@example.test`, password: 'correct horse' };
};

describe('flow 1: registration', () => {
  const rest = new RestClient(urls.gateway);

  it('answers the stored user with role USER and without the password', async () => {
    const request = fresh();
    const { status, body } = await rest.post<UserDto>('/api/auth/register', request);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.any(Number) as number,
      username: request.username,
      email: request.email,
      role: 'USER',
      profilePictureUrl: null,
      about: null,
    });
  });

  it('gives no effect to a role or an id in the body', async () => {
    const { body } = await rest.post<UserDto>('/api/auth/register', { ...fresh(), role: 'ADMIN', id: 1 });
    expect(body.role).toBe('USER');
  });

  it('refuses a taken username and a taken e-mail in any case', async () => {
    const first = fresh();
    await rest.ok('POST', '/api/auth/register', first);
    const sameName = await rest.post<ErrorBody>('/api/auth/register', {
      ...fresh(),
      username: first.username.toUpperCase(),
    });
    expect([sameName.status, sameName.body.code]).toEqual([409, 'USERNAME_TAKEN']);
    const sameMail = await rest.post<ErrorBody>('/api/auth/register', { ...fresh(), email: first.email.toUpperCase() });
    expect([sameMail.status, sameMail.body.code]).toEqual([409, 'EMAIL_TAKEN']);
  });
});
