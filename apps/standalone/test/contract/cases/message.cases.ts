import { expect } from 'vitest';
import type { Cast } from './cast.js';
import { Cases, NOBODY, NO_ID, NO_TEXT, type CaseRequest, type ContractCase } from './contract-case.js';

const MESSAGES = '/api/chat/messages';

const sending =
  (field: string) =>
  ({ alice, bob }: Cast, value: unknown): CaseRequest => ({
    as: alice,
    body: { receiver: { id: bob.id }, content: 'x', [field]: value },
  });
const sendAs =
  (body: (cast: Cast) => object) =>
  (cast: Cast): CaseRequest => ({ as: cast.alice, body: body(cast) });
let ids = 0;

const send = new Cases(`POST ${MESSAGES}`)
  .allows(
    'to a group',
    sendAs(({ group }) => ({ groupId: group.id, content: 'x', receiver: null })),
    ({ body }) => expect(body).toMatchObject({ receiver: null, clientMsgId: null, status: 'DELIVERED', type: 'CHAT' }),
  )
  .allows(
    'anything else has no effect',
    sendAs(({ bob }) => ({
      receiver: { id: bob.id },
      content: 'x',
      id: 1,
      seq: 1,
      status: 'READ',
      sender: { id: bob.id },
    })),
    ({ body }, { as }) =>
      expect(body).toMatchObject({ status: 'DELIVERED', sender: { id: as!.id, username: as!.username } }),
  )
  .takes('content', sending('content'), {
    good: {
      '1 unit': 'x',
      '10,000 units': 'x'.repeat(10_000),
      '5,000 emoji': '😀'.repeat(5_000),
      'lines and tabs': 'a\r\nb\tc',
      markup: '<b>&amp;</b>',
      'right to left': '\u202eabc',
      'combined characters': 'e\u0301'.repeat(5_000),
    },
    bad: {
      empty: '',
      '10,001 units': 'x'.repeat(10_001),
      '5,001 emoji': '😀'.repeat(5_001),
      NUL: 'a\u0000',
      escape: '\u001b[0m',
      delete: '\u007f',
      ...NO_TEXT,
    },
  })
  .takes('clientMsgId', sending('clientMsgId'), {
    good: {
      null: null,
      missing: undefined,
      '1 character': () => String.fromCharCode(65 + (ids++ % 26)),
      '64 characters': () => String(ids++).padStart(64, '-'),
      'a space and a tilde': () => ` ~${ids++}`,
    },
    bad: {
      empty: '',
      '65 characters': 'x'.repeat(65),
      'a line end': 'a\nb',
      'beyond ASCII': 'é',
      'a number': 1,
      'an object': {},
    },
  })
  .takes('type', sending('type'), {
    good: { CHAT: 'CHAT', null: null },
    bad: { JOIN: 'JOIN', LEAVE: 'LEAVE', chat: 'chat', 'a number': 1 },
  })
  .takes('receiver', ({ alice }, id) => ({ as: alice, body: { receiver: { id }, content: 'x' } }), {
    good: {},
    bad: { ...NO_ID, null: null, missing: undefined },
  })
  .takes('groupId', ({ alice }, groupId) => ({ as: alice, body: { groupId, content: 'x' } }), { good: {}, bad: NO_ID })
  .takes('receiver', ({ alice }, body) => ({ as: alice, body }), {
    good: {},
    bad: {
      'and a group': { receiver: { id: 1 }, groupId: 1, content: 'x' },
      'no target': { content: 'x' },
      'a number': { receiver: 1, content: 'x' },
      'a name': { receiver: { username: 'bob' }, content: 'x' },
    },
  })
  .refuses(
    'to oneself',
    '400 SELF_TARGET',
    sendAs(({ alice }) => ({ receiver: { id: alice.id }, content: 'x' })),
  )
  .refuses(
    'to nobody',
    '404 NOT_FOUND',
    sendAs(() => ({ receiver: { id: NOBODY }, content: 'x' })),
  )
  .refuses(
    'to a deleted user',
    '404 NOT_FOUND',
    sendAs(({ deleted }) => ({ receiver: { id: deleted.id }, content: 'x' })),
  )
  .refuses(
    'to no group',
    '404 NOT_FOUND',
    sendAs(() => ({ groupId: NOBODY, content: 'x' })),
  )
  .refuses(
    'to somebody who blocks the caller',
    '403 BLOCKED',
    sendAs(({ blocker }) => ({ receiver: { id: blocker.id }, content: 'x' })),
  )
  .refuses('to a group of others', '403 NOT_A_MEMBER', ({ stranger, group }) => ({
    as: stranger,
    body: { groupId: group.id, content: 'x' },
  }))
  .refuses('a used clientMsgId with other content', '409 CLIENT_MSG_ID_REUSED', async ({ alice, bob }) => {
    const clientMsgId = `used-${ids++}`;
    await alice.sendTo(bob, 'first', clientMsgId);
    return { as: alice, body: { receiver: { id: bob.id }, content: 'second', clientMsgId } };
  })
  .refuses('a used clientMsgId with another target', '409 CLIENT_MSG_ID_REUSED', async ({ alice, bob, group }) => {
    const clientMsgId = `used-${ids++}`;
    await alice.sendTo(bob, 'first', clientMsgId);
    return { as: alice, body: { groupId: group.id, content: 'first', clientMsgId } };
  });

export const MESSAGE_CASES: readonly ContractCase[] = send.all;
