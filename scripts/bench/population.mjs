import { randomBytes } from 'node:crypto';

const AT_ONCE = 8;
const ADDED_AT_ONCE = 100;

async function post(baseUrl, path, body, token) {
  const response = await fetch(baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`POST ${path} answered ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function register(baseUrl) {
  const username = `bench-${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const account = { username, password, email: `${username}@example.test` };
  const { id } = await post(baseUrl, '/api/auth/register', account);
  const { token } = await post(baseUrl, '/api/auth/login', { username, password });
  return { id, token };
}

/** Fresh users with a token each. */
export async function registerUsers(baseUrl, count) {
  const users = [];
  while (users.length < count) {
    const more = Math.min(AT_ONCE, count - users.length);
    users.push(...(await Promise.all(Array.from({ length: more }, () => register(baseUrl)))));
  }
  return users;
}

/** A group of all of them, made by the first. Answers its id. */
export async function makeGroup(baseUrl, [creator, ...others]) {
  const { id } = await post(baseUrl, '/api/groups', { name: 'bench' }, creator.token);
  for (const other of others) await post(baseUrl, `/api/contacts/${other.id}`, undefined, creator.token);
  for (let from = 0; from < others.length; from += ADDED_AT_ONCE) {
    const userIds = others.slice(from, from + ADDED_AT_ONCE).map((user) => user.id);
    await post(baseUrl, `/api/groups/${id}/users`, { userIds }, creator.token);
  }
  return id;
}
