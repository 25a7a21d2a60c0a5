import { randomBytes } from 'node:crypto';
import type { UserDto } from '@app/contracts';
import { expect } from 'vitest';
import { Cases, NO_TEXT, type CaseRequest, type ContractCase } from './contract-case.js';
import type { Cast } from './cast.js';

const unique = (length: number): string => randomBytes(length).toString('hex').slice(0, length);
/** An address of that many characters. */
const emailOf = (length: number): string => {
  const local = `${unique(12)}@`;
  const rest = length - local.length - '.test'.length;
  const labels = Array.from({ length: Math.ceil(rest / 61) }, () => 'd'.repeat(60)).join('.');
  return `${local}${labels.slice(0, rest).replace(/\.$/, 'd')}.test`;
};
const account = (): Record<string, unknown> => {
  const username = `acc-${unique(12)}`;
  return { username, email: `${username}@example.test`, password: 'correct horse' };
};

const registering = (field: string) => (_cast: Cast, value: unknown) => ({
  as: null,
  body: { ...account(), [field]: value },
});

const register = new Cases('POST /api/auth/register')
  .allows(
    'unknown fields have no effect',
    () => ({ as: null, body: { ...account(), role: 'ADMIN', id: 1 } }),
    ({ body }) => expect(body).toMatchObject({ role: 'USER', profilePictureUrl: null, about: null }),
  )
  .takes('username', registering('username'), {
    good: {
      '3 characters': () => unique(3),
      '32 characters': () => unique(32),
      'every kind': () => `A_z.9-${unique(8)}`,
    },
    bad: {
      '2 characters': 'ab',
      '33 characters': unique(33),
      'a space': 'a b c',
      'a slash': 'a/b',
      'an umlaut': 'jürgen',
      empty: '',
      'a line end': `${unique(5)}\n`,
      ...NO_TEXT,
    },
  })
  .takes('email', registering('email'), {
    good: { '254 characters': () => emailOf(254), 'a plus': () => `${unique(8)}+x@example.test` },
    bad: {
      '255 characters': emailOf(255),
      'no at': 'example.test',
      'no domain': 'a@',
      'two ats': 'a@b@example.test',
      empty: '',
      ...NO_TEXT,
    },
  })
  .takes('password', registering('password'), {
    good: { '8 characters': 'abcdefgh', '72 bytes': 'x'.repeat(72), '36 characters of 2 bytes': 'é'.repeat(36) },
    bad: {
      '7 characters': 'abcdefg',
      '73 bytes': 'x'.repeat(73),
      '37 characters of 2 bytes': 'é'.repeat(37),
      ...NO_TEXT,
    },
  })
  .refuses('a taken name in other case', '409 USERNAME_TAKEN', ({ alice }) => ({
    as: null,
    body: { ...account(), username: alice.username.toUpperCase() },
  }))
  .refuses('a taken address in other case', '409 EMAIL_TAKEN', ({ alice }) => ({
    as: null,
    body: { ...account(), email: alice.email.toUpperCase() },
  }))
  .refuses("a deleted user's name", '409 USERNAME_TAKEN', ({ deleted }) => ({
    as: null,
    body: { ...account(), username: deleted.username },
  }));

const loggingIn =
  (field: string) =>
  ({ bob: { username, password } }: Cast, value: unknown): CaseRequest => ({
    as: null,
    body: { username, password, [field]: value },
  });
const logIn = new Cases('POST /api/auth/login')
  .allows(
    'the right pair',
    ({ bob: { username, password } }) => ({ as: null, body: { username, password } }),
    ({ body }) => expect((body as { token: string }).token.split('.')).toHaveLength(3),
  )
  .takes('username', loggingIn('username'), { good: {}, bad: { empty: '', ...NO_TEXT } })
  .takes('password', loggingIn('password'), { good: {}, bad: { empty: '', ...NO_TEXT } })
  .refuses('a wrong password', '401 BAD_CREDENTIALS', ({ bob: { username } }) => ({
    as: null,
    body: { username, password: 'wrong' },
  }))
  .refuses('an unknown name', '401 BAD_CREDENTIALS', () => ({
    as: null,
    body: { username: 'nobody-at-all', password: 'wrong' },
  }))
  .refuses('a name of 10,000 characters', '401 BAD_CREDENTIALS', () => ({
    as: null,
    body: { username: 'x'.repeat(10_000), password: 'x' },
  }))
  .refuses('a password of 10,000 characters', '401 BAD_CREDENTIALS', ({ bob: { username } }) => ({
    as: null,
    body: { username, password: 'x'.repeat(10_000) },
  }))
  .refuses('a deleted user', '401 BAD_CREDENTIALS', ({ deleted: { username, password } }) => ({
    as: null,
    body: { username, password },
  }));

const logOut = new Cases('POST /api/auth/logout')
  .allows('this token', async ({ system }) => ({ as: await system.person() }))
  .takes('all', async ({ system }, value) => ({ as: await system.person(), query: `?all=${String(value)}` }), {
    good: { true: 'true', false: 'false' },
    bad: { 'something else': 'maybe', empty: '' },
  });

const refresh = new Cases('POST /api/auth/refresh').allows('a valid token', async ({ system }) => ({
  as: await system.person(),
}));

const getProfile = new Cases('GET /api/auth/profile').allows(
  'one’s own',
  ({ alice }) => ({ as: alice }),
  ({ body }, { as }) =>
    expect(body).toMatchObject({ id: as!.id, username: as!.username, email: as!.email, role: 'USER' }),
);

const putting =
  (field: string) =>
  ({ bob }: Cast, value: unknown): CaseRequest => ({ as: bob, body: { [field]: value } });
const url = (length: number): string => `https://example.test/${'p'.repeat(length - 21)}`;
const putProfile = new Cases('PUT /api/auth/profile')
  .allows('nothing', ({ bob }) => ({ as: bob, body: {} }))
  .allows(
    'an empty picture clears it',
    ({ bob }) => ({ as: bob, body: { profilePictureUrl: '' } }),
    ({ body }) => expect((body as UserDto).profilePictureUrl).toBeNull(),
  )
  .takes('profilePictureUrl', putting('profilePictureUrl'), {
    good: { null: null, http: 'http://example.test/a.png', '2,048 characters': url(2_048) },
    bad: {
      '2,049 characters': url(2_049),
      javascript: 'javascript:alert(1)',
      data: 'data:text/html,x',
      ftp: 'ftp://example.test/',
      'no scheme': '//example.test/a',
      'a number': 7,
      'an object': {},
      'a list': [],
    },
  })
  .takes('about', putting('about'), {
    good: {
      null: null,
      empty: '',
      '500 characters': 'x'.repeat(500),
      lines: 'a\nb\tc',
      markup: '<script>alert(1)</script>',
    },
    bad: { '501 characters': 'x'.repeat(501), NUL: 'a\u0000b', escape: '\u001b[0m', 'a number': 7, 'an object': {} },
  });

const changing =
  (field: string) =>
  async ({ system }: Cast, value: unknown): Promise<CaseRequest> => {
    const person = await system.person();
    return { as: person, body: { oldPassword: person.password, newPassword: 'another horse', [field]: value } };
  };
const putPassword = new Cases('PUT /api/auth/password')
  .takes('newPassword', changing('newPassword'), {
    good: { '8 characters': 'abcdefgh', '72 bytes': 'x'.repeat(72) },
    bad: { '7 characters': 'abcdefg', '73 bytes': 'x'.repeat(73), ...NO_TEXT },
  })
  .takes('oldPassword', changing('oldPassword'), { good: {}, bad: { empty: '', ...NO_TEXT } })
  .refuses('the wrong old password', '403 WRONG_PASSWORD', ({ alice }) => ({
    as: alice,
    body: { oldPassword: 'wrong', newPassword: 'another horse' },
  }));

const deleteProfile = new Cases('DELETE /api/auth/profile')
  .allows('the right password', async ({ system }) => {
    const person = await system.person();
    return { as: person, body: { password: person.password } };
  })
  .takes('password', ({ alice }, value) => ({ as: alice, body: { password: value } }), {
    good: {},
    bad: { empty: '', ...NO_TEXT },
  })
  .refuses('a wrong password', '403 WRONG_PASSWORD', ({ alice }) => ({ as: alice, body: { password: 'wrong' } }));

const getExport = new Cases('GET /api/auth/export').allows(
  'one’s own',
  ({ alice }) => ({ as: alice }),
  ({ text }) => expect(text).not.toContain('$2'),
);
const hello = new Cases('GET /api/auth/hello').allows(
  'a greeting',
  ({ alice }) => ({ as: alice }),
  ({ text }, { as }) => expect(text).toBe(`Hello ${as!.username}`),
);

export const ACCOUNT_CASES: readonly ContractCase[] = [
  register,
  logIn,
  logOut,
  refresh,
  getProfile,
  putProfile,
  putPassword,
  deleteProfile,
  getExport,
  hello,
].flatMap(({ all }) => all);
