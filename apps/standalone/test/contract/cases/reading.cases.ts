import type { MessageDto, SyncResponse } from '@app/contracts';
import { expect } from 'vitest';
import type { Cast } from './cast.js';
import { Cases, NOBODY, type CaseRequest, type ContractCase } from './contract-case.js';

const MESSAGES = '/api/chat/messages';

/** Reading and information: the receiver, the sender, strangers. */
const onMessage = (operation: string): Cases =>
  new Cases(operation)
    .allows('the receiver', ({ alice, message }) => ({ as: alice, params: [message.id] }))
    .allows('the receiver again', ({ alice, message }) => ({ as: alice, params: [message.id] }))
    .allows('the sender', ({ bob, message }) => ({ as: bob, params: [message.id] }))
    .allows('a member', ({ alice, groupMessage }) => ({ as: alice, params: [groupMessage.id] }))
    .refuses('a stranger', '403 FORBIDDEN', ({ stranger, message }) => ({ as: stranger, params: [message.id] }))
    .refuses('no member', '403 NOT_A_MEMBER', ({ stranger, groupMessage }) => ({
      as: stranger,
      params: [groupMessage.id],
    }))
    .refuses('no message', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [NOBODY] }));

const upTo = ({ alice, message }: Cast, upToSeq: unknown): CaseRequest => ({
  as: alice,
  params: [message.conversationId],
  body: { upToSeq },
});
/** A talk of which the end is known. */
async function readAtEnd({ system, bob }: Cast, beyond: number): Promise<CaseRequest> {
  const reader = await system.person();
  const last: MessageDto = await bob.sendTo(reader, 'the end');
  return { as: reader, params: [last.conversationId], body: { upToSeq: last.seq + beyond } };
}
const readUpTo = new Cases('POST /api/chat/conversations/{conversationId}/read')
  .allows('nothing', (cast) => upTo(cast, 0))
  .allows('a group', ({ alice, groupMessage }) => ({
    as: alice,
    params: [groupMessage.conversationId],
    body: { upToSeq: 1 },
  }))
  .allows('to the end', (cast) => readAtEnd(cast, 0))
  .takes('upToSeq', (cast) => readAtEnd(cast, 1), { good: {}, bad: { 'beyond the end': '' } })
  .takes('upToSeq', upTo, {
    good: {},
    bad: { negative: -1, 'a fraction': 0.5, 'a text': '1', missing: undefined, null: null, 'beyond 2^53-1': 2 ** 53 },
  })
  .takes('conversationId', ({ alice }, id) => ({ as: alice, params: [id as string], body: { upToSeq: 0 } }), {
    good: {},
    bad: {
      'the larger id first': 'p:2:1',
      'one twice': 'p:1:1',
      'a leading zero': 'g:01',
      zero: 'g:0',
      'no kind': '1',
      'beyond 2^53-1': 'g:9007199254740993',
      'another kind': 'x:1',
      'three users': 'p:1:2:3',
    },
  })
  .refuses('of others', '403 FORBIDDEN', ({ stranger, message }) => ({
    as: stranger,
    params: [message.conversationId],
    body: { upToSeq: 0 },
  }))
  .refuses('of a group of others', '403 NOT_A_MEMBER', ({ stranger, groupMessage }) => ({
    as: stranger,
    params: [groupMessage.conversationId],
    body: { upToSeq: 0 },
  }))
  .refuses('of nobody', '404 NOT_FOUND', ({ alice }) => ({ as: alice, params: [`g:${NOBODY}`], body: { upToSeq: 0 } }));

const conversations = new Cases('GET /api/chat/conversations')
  .allows(
    'some',
    ({ alice }) => ({ as: alice }),
    ({ body }) => expect((body as unknown[]).length).toBeGreaterThanOrEqual(2),
  )
  .allows(
    'none',
    ({ stranger }) => ({ as: stranger }),
    ({ body }) => expect(body).toEqual([]),
  );

const syncing = ({ alice }: Cast, known: unknown): CaseRequest => ({ as: alice, body: { conversations: known } });
const sync = new Cases('POST /api/chat/sync')
  .allows(
    'from nothing',
    (cast) => syncing(cast, {}),
    ({ body }) => expect((body as SyncResponse).removed).toEqual([]),
  )
  .allows(
    'unknown conversations',
    (cast) => syncing(cast, { [`g:${NOBODY}`]: 3, [`p:1:${NOBODY}`]: 0 }),
    ({ body }) => expect((body as SyncResponse).removed.toSorted()).toEqual([`g:${NOBODY}`, `p:1:${NOBODY}`]),
  )
  .allows(
    'a seq beyond the end',
    (cast) => syncing(cast, { [cast.message.conversationId]: NOBODY }),
    ({ body }, { body: asked }) => {
      const [id] = Object.keys((asked as { conversations: object }).conversations);
      const { messages, limited } = body as SyncResponse;
      expect([messages.some(({ conversationId }) => conversationId === id), limited]).toEqual([false, []]);
    },
  )
  .takes('conversations', syncing, {
    good: {},
    bad: {
      missing: undefined,
      null: null,
      'a text': 'g:1',
      'no conversation id': { 'x:1': 0 },
      'the larger id first': { 'p:2:1': 0 },
      'beyond 2^53-1': { 'g:9007199254740993': 0 },
      'a negative seq': { 'g:1': -1 },
      'a fraction': { 'g:1': 0.5 },
      'a text for a seq': { 'g:1': '1' },
      'null for a seq': { 'g:1': null },
    },
  });

export const READING_CASES: readonly ContractCase[] = [
  onMessage(`POST ${MESSAGES}/{messageId}/read`),
  onMessage(`GET ${MESSAGES}/{messageId}/info`),
  readUpTo,
  conversations,
  sync,
].flatMap(({ all }) => all);
