import 'reflect-metadata';
import type { BlockDto, Page } from '@app/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuthFixture, outcome, type Answer, type Member } from './auth-fixture.js';

let auth: AuthFixture;
let ann: Member;
let bob: Member;
beforeAll(async () => {
  auth = await AuthFixture.start();
});
afterAll(() => auth.close());
beforeEach(async () => {
  [ann, bob] = [await auth.join(auth.freshName('ann')), await auth.join(auth.freshName('bob'))];
});

const block = (user: Member): Promise<Answer<BlockDto>> => ann.call<BlockDto>('POST', `/api/blocks/${user.id}`);
const names = async (query = ''): Promise<string[]> => {
  const answer = await ann.call<Page<BlockDto>>('GET', `/api/blocks${query}`);
  expect(outcome(answer)).toBe('200');
  return answer.body.content.map(({ blockedUser }) => blockedUser.username);
};

describe('POST /api/blocks/{blockedUserId}', () => {
  it('answers the block, and the same one again', async () => {
    const answer = await block(bob);
    expect(outcome(answer)).toBe('200');
    expect(answer.body).toEqual({ id: expect.any(Number), user: ann.public, blockedUser: bob.public });
    expect((await block(bob)).body).toEqual(answer.body);
    expect(await names()).toEqual([bob.username]);
  });

  it('makes one block of 20 requests of the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => block(bob)));
    expect(new Set(answers.map((answer) => `${outcome(answer)} ${answer.body.id}`)).size).toBe(1);
    expect(await names()).toHaveLength(1);
  });

  it('takes one who blocks the caller', async () => {
    await bob.call('POST', `/api/blocks/${ann.id}`);
    expect(outcome(await block(bob))).toBe('200');
  });

  it('refuses oneself with 400, who is not there with 404, and what is no id with 400', async () => {
    expect(outcome(await block(ann))).toBe('400 SELF_TARGET');
    expect(outcome(await ann.call('POST', '/api/blocks/999999'))).toBe('404 NOT_FOUND');
    for (const id of ['0', '-1', '1e3', '9007199254740993', 'abc'])
      expect(outcome(await ann.call('POST', `/api/blocks/${id}`))).toBe('400 VALIDATION_FAILED');
    expect(await names()).toEqual([]);
  });

  it('is there for everyone when it is answered', async () => {
    await block(bob);
    expect(outcome(await bob.call('GET', `/api/users/${ann.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await bob.call('POST', `/api/contacts/${ann.id}`))).toBe('403 BLOCKED');
  });
});

describe('DELETE /api/blocks/{blockedUserId}', () => {
  it('lifts the block at once; 404 when there is none', async () => {
    await block(bob);
    const answer = await ann.call('DELETE', `/api/blocks/${bob.id}`);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(outcome(await bob.call('GET', `/api/users/${ann.id}`))).toBe('200');
    expect(outcome(await ann.call('DELETE', `/api/blocks/${bob.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await ann.call('DELETE', '/api/blocks/x'))).toBe('400 VALIDATION_FAILED');
  });

  it("cannot lift the other's block", async () => {
    await block(bob);
    expect(outcome(await bob.call('DELETE', `/api/blocks/${ann.id}`))).toBe('404 NOT_FOUND');
    expect(await names()).toEqual([bob.username]);
  });
});

describe('GET /api/blocks', () => {
  it("lists the caller's own, oldest first, or by name", async () => {
    for (const name of ['zoe', 'Adam', 'maria']) await block(await auth.join(name));
    expect(await names()).toEqual(['zoe', 'Adam', 'maria']);
    expect(await names('?sort=id,desc')).toEqual(['maria', 'Adam', 'zoe']);
    expect(await names('?sort=blockedUser.username,asc')).toEqual(['Adam', 'maria', 'zoe']);
    expect(await names('?sort=blockedUser.username,desc&size=2')).toEqual(['zoe', 'maria']);
    expect(await names('?size=2&page=1')).toEqual(['maria']);
    expect((await bob.call<Page<BlockDto>>('GET', '/api/blocks')).body.totalElements).toBe(0);
  });

  it('refuses other sort fields with 400', async () => {
    expect(outcome(await ann.call('GET', '/api/blocks?sort=blockedUser.password'))).toBe('400 VALIDATION_FAILED');
  });
});
