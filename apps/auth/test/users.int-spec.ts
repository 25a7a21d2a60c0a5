import 'reflect-metadata';
import { PublicUserDtoSchema, type ErrorBody, type Page, type PublicUserDto } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

let auth: AuthFixture;
let caller: Member;
const found = new Map<string, Member>();
beforeAll(async () => {
  auth = await AuthFixture.start();
  caller = await auth.join('the-caller');
  for (const name of ['Anna', 'anne', 'ANN', 'an_a', 'an-a', 'bert']) found.set(name, await auth.join(name));
});
afterAll(() => auth.close());

const search = (query: string): Promise<Answer<Page<PublicUserDto>>> =>
  caller.call<Page<PublicUserDto>>('GET', `/api/users/search?${query}`);
const names = async (query: string): Promise<string[]> => {
  const answer = await search(query);
  expect(outcome(answer)).toBe('200');
  return answer.body.content.map((user) => user.username);
};

describe('GET /api/users/search', () => {
  it('finds by the beginning of the name, without regard to case, by name', async () => {
    expect((await names('q=aNn')).map((name) => name.toLowerCase())).toEqual(['ann', 'anna', 'anne']);
    expect(await names('q=bert')).toEqual(['bert']);
    expect(await names('q=ert')).toEqual([]);
    expect(await names('q=nobody')).toEqual([]);
  });

  it('takes the wild cards of SQL as they stand', async () => {
    expect(await names('q=an_')).toEqual(['an_a']);
    expect(await names('q=%25%25')).toEqual([]);
    expect(await names('q=a%25')).toEqual([]);
    expect(await names('q=an!')).toEqual([]);
    expect(await names('q=an%5C')).toEqual([]);
    expect(await names("q='%20OR%201=1%20--")).toEqual([]);
  });

  it('answers public profiles and nothing else', async () => {
    const { body } = await search('q=bert');
    expect(z.array(z.strictObject(PublicUserDtoSchema.shape)).parse(body.content)).toEqual([found.get('bert')!.public]);
  });

  it('never finds by e-mail address', async () => {
    expect(await names('q=bert@example')).toEqual([]);
  });

  it('leaves out who blocks the caller, and not whom the caller blocks', async () => {
    const [blocker, blocked] = [await auth.join('zed-blocker'), await auth.join('zed-blocked')];
    await blocker.call('POST', `/api/blocks/${caller.id}`);
    await caller.call('POST', `/api/blocks/${blocked.id}`);
    const { body } = await search('q=zed');
    expect(body.content.map((user) => user.username)).toEqual(['zed-blocked']);
    expect(body.totalElements).toBe(1);
  });

  it('answers pages', async () => {
    const first = (await search('q=an&size=2')).body;
    expect(first).toMatchObject({
      totalElements: 5,
      totalPages: 3,
      size: 2,
      number: 0,
      numberOfElements: 2,
      last: false,
    });
    const all = [...first.content];
    for (const page of [1, 2]) all.push(...(await search(`q=an&size=2&page=${page}`)).body.content);
    expect(new Set(all.map((user) => user.id)).size).toBe(5);
    expect((await search('q=an&size=2&page=3')).body).toMatchObject({ content: [], totalElements: 5, empty: true });
  });

  it('sorts by id or name only', async () => {
    const byId = (await search('q=an&sort=id,desc')).body.content.map((user) => user.id);
    expect(byId).toEqual([...byId].sort((a, b) => b - a));
    expect(outcome(await search('q=an&sort=password,asc'))).toBe('400 VALIDATION_FAILED');
    expect(outcome(await search('q=an&sort=email'))).toBe('400 VALIDATION_FAILED');
  });

  it.each(['q=a', 'q=', '', 'q=an&q=be', 'q[x]=an'])('refuses "%s" with 400', async (query) => {
    const answer = await search(query);
    expect(answer.status).toBe(400);
    expect((answer.body as unknown as ErrorBody).code).toBe('VALIDATION_FAILED');
  });
});

describe('GET /api/users/{id}', () => {
  it('answers the public profile', async () => {
    const bert = found.get('bert')!;
    const answer = await caller.call('GET', `/api/users/${bert.id}`);
    expect(z.strictObject(PublicUserDtoSchema.shape).parse(answer.body)).toEqual(bert.public);
  });

  it('hides a user who blocks the caller, and not one whom the caller blocks', async () => {
    const [blocker, blocked] = [await auth.join(), await auth.join()];
    await blocker.call('POST', `/api/blocks/${caller.id}`);
    await caller.call('POST', `/api/blocks/${blocked.id}`);
    expect(outcome(await caller.call('GET', `/api/users/${blocker.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await caller.call('GET', `/api/users/${blocked.id}`))).toBe('200');
  });

  it('answers 404 for an unknown id', async () => {
    expect(outcome(await caller.call('GET', '/api/users/9007199254740991'))).toBe('404 NOT_FOUND');
  });

  it.each(['0', '-1', '01', '1.5', '1e3', '0x1', '9007199254740992', '%EF%BC%91', 'abc', 'search%20', 'null'])(
    'refuses the id %s with 400',
    async (id) => {
      expect(outcome(await caller.call('GET', `/api/users/${id}`))).toBe('400 VALIDATION_FAILED');
    },
  );
});
