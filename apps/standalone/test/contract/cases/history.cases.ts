import type { MessageSlice } from '@app/contracts';
import { expect } from 'vitest';
import type { Cast } from './cast.js';
import { Cases, NOBODY, type CaseRequest, type ContractCase } from './contract-case.js';
import { pageCases } from './page-values.js';

const MESSAGES = '/api/chat/messages';

const sliceIs =
  (most: number) =>
  ({ body }: { body: unknown }): void =>
    expect((body as MessageSlice).content.length).toBeLessThanOrEqual(most);

/** The same parameters for both histories. */
function historyCases(cases: Cases, make: (cast: Cast, query: string) => CaseRequest): Cases {
  pageCases(cases, make, ['timestamp', 'seq']);
  cases
    .allows(
      'afterSeq 0',
      (cast) => make(cast, 'afterSeq=0'),
      ({ body }) => expect((body as MessageSlice).content[0]!.seq).toBe(1),
    )
    .allows(
      'afterSeq at the largest',
      (cast) => make(cast, `afterSeq=${NOBODY}`),
      ({ body }) => expect(body).toMatchObject({ content: [], hasMore: false }),
    )
    .allows(
      'beforeSeq 0',
      (cast) => make(cast, 'beforeSeq=0'),
      ({ body }) => expect(body).toMatchObject({ content: [], hasMore: false }),
    )
    .allows(
      'beforeSeq 2',
      (cast) => make(cast, 'beforeSeq=2'),
      ({ body }) => expect((body as MessageSlice).content.map(({ seq }) => seq)).toEqual([1]),
    )
    .allows('size 200 with a cursor', (cast) => make(cast, 'afterSeq=0&size=200'), sliceIs(200))
    .allows('size 201 with a cursor is clamped', (cast) => make(cast, 'afterSeq=0&size=201'), sliceIs(200))
    .allows('size 1 with a cursor', (cast) => make(cast, 'afterSeq=0&size=1'), sliceIs(1));
  for (const field of ['afterSeq', 'beforeSeq'])
    cases.takes(field, (cast, value) => make(cast, `${field}=${String(value)}`), {
      good: {},
      bad: {
        negative: '-1',
        'a fraction': '1.5',
        'a word': 'abc',
        empty: '',
        exponent: '1e3',
        'beyond 2^53-1': '9007199254740992',
        'leading zero': '01',
        twice: `1&${field}=2`,
      },
    });
  return cases.takes('beforeSeq', (cast) => make(cast, 'afterSeq=1&beforeSeq=2'), {
    good: {},
    bad: { 'both cursors': '' },
  });
}

const privateHistory = historyCases(new Cases(`GET ${MESSAGES}/{userId1}/{userId2}`), ({ alice, bob }, query) => ({
  as: alice,
  params: [alice.id, bob.id],
  query: `?${query}`,
}))
  .allows('in the other order', ({ alice, bob }) => ({ as: alice, params: [bob.id, alice.id] }))
  .allows(
    'without a message yet',
    ({ alice, stranger }) => ({ as: alice, params: [alice.id, stranger.id] }),
    ({ body }) => expect(body).toMatchObject({ content: [], totalElements: 0 }),
  )
  .allows('with a deleted user', ({ alice, deleted }) => ({ as: alice, params: [alice.id, deleted.id] }))
  .refuses('of others', '403 FORBIDDEN', ({ stranger, alice, bob }) => ({ as: stranger, params: [alice.id, bob.id] }))
  .refuses('with nobody', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [alice.id, NOBODY] }))
  .refuses('with oneself', '400 SELF_TARGET', ({ alice }) => ({ as: alice, params: [alice.id, alice.id] }));

const groupHistory = historyCases(new Cases(`GET ${MESSAGES}/{groupId}`), ({ alice, group }, query) => ({
  as: alice,
  params: [group.id],
  query: `?${query}`,
}))
  .refuses('of others', '403 NOT_A_MEMBER', ({ stranger, group }) => ({ as: stranger, params: [group.id] }))
  .refuses('of no group', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [NOBODY] }));

export const HISTORY_CASES: readonly ContractCase[] = [...privateHistory.all, ...groupHistory.all];
