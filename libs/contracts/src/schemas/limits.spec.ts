import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  AccountDeletionRequestSchema,
  AuthRequestSchema,
  ContactByUsernameRequestSchema,
  PasswordChangeRequestSchema,
  ProfileUpdateRequestSchema,
  RegisterRequestSchema,
  StatusRequestSchema,
} from './accounts.schema.js';
import { AddMembersRequestSchema, GroupNameRequestSchema, SyncRequestSchema } from './conversations.schema.js';
import {
  ChatMessageRequestSchema,
  LiveSendRequestSchema,
  ReadUpToRequestSchema,
  SendMessageRequestSchema,
  TypingRequestSchema,
} from './messages.schema.js';

const MAX_ID = Number.MAX_SAFE_INTEGER;
const of = (length: number, text = 'x'): string => text.repeat(length);
const REGISTER = { username: 'bob', email: 'bob@example.org', password: 'password' };
const SEND = { receiver: { id: 2 }, content: 'hi' };
const atHost = (length: number): string => `${of(60)}@${of(60)}.${of(60)}.${of(length - 60 - 60 - 60 - 3 - 4)}.org`;

type Row = readonly [schema: z.ZodType, what: string, accepted: readonly unknown[], refused: readonly unknown[]];

const register = (field: string, values: readonly unknown[]): unknown[] =>
  values.map((value) => ({ ...REGISTER, [field]: value }));
const send = (over: readonly object[]): unknown[] => over.map((fields) => ({ ...SEND, ...fields }));

const ACCOUNTS: readonly Row[] = [
  [
    RegisterRequestSchema,
    'username',
    register('username', [of(3), of(32), 'A.b_c-9']),
    register('username', [of(2), of(33), 'a b', 'a,b', 'a/b', 'ä11', '', 0, null, ['bob'], { $ne: '' }, undefined]),
  ],
  [
    RegisterRequestSchema,
    'email',
    register('email', ['a@b.co', atHost(254)]),
    register('email', [atHost(255), 'bob', 'bob@', '@b.co', 'a@b', 'a b@c.de', 0, null]),
  ],
  [
    RegisterRequestSchema,
    'password',
    register('password', [of(8), of(72), of(36, 'ä'), of(18, '😀')]),
    register('password', [of(7), of(73), `${of(36, 'ä')}x`, of(37, 'ä'), 12345678, null]),
  ],
  [
    AuthRequestSchema,
    'login',
    [
      { username: 'x', password: 'y' },
      { username: of(500), password: of(500) },
    ],
    [{ username: 0, password: 'y' }, { username: 'x' }, { username: '', password: 'y' }, [], null, 'x'],
  ],
  [
    ProfileUpdateRequestSchema,
    'picture',
    [{}, { profilePictureUrl: null }, { profilePictureUrl: '' }, { profilePictureUrl: `https://a.org/${of(2034)}` }],
    [
      { profilePictureUrl: `https://a.org/${of(2035)}` },
      { profilePictureUrl: 'javascript:alert(1)' },
      { profilePictureUrl: 'data:text/html,x' },
      { profilePictureUrl: '//a.org/x' },
      { profilePictureUrl: 'ftp://a.org/x' },
      { profilePictureUrl: 7 },
    ],
  ],
  [
    ProfileUpdateRequestSchema,
    'about',
    [{ about: null }, { about: '' }, { about: of(500) }, { about: 'two\nlines' }],
    [{ about: of(501) }, { about: 'a\u0000b' }, { about: 7 }],
  ],
  [
    PasswordChangeRequestSchema,
    'passwords',
    [{ oldPassword: 'x', newPassword: of(8) }],
    [{ oldPassword: '', newPassword: of(8) }, { oldPassword: 'x', newPassword: of(7) }, { newPassword: of(8) }],
  ],
  [AccountDeletionRequestSchema, 'password', [{ password: 'x' }], [{ password: '' }, {}]],
  [ContactByUsernameRequestSchema, 'username', [{ username: 'x' }], [{ username: '' }, { username: 1 }, {}]],
  [
    StatusRequestSchema,
    'ids',
    [{ userIds: [] }, { userIds: Array.from({ length: 100 }, () => 1) }, { userIds: [MAX_ID] }],
    [
      { userIds: Array.from({ length: 101 }, () => 1) },
      { userIds: [0] },
      { userIds: ['1'] },
      { userIds: [1.5] },
      { userIds: [MAX_ID + 1] },
      { userIds: [null] },
      { userIds: null },
      {},
    ],
  ],
];

const MESSAGES: readonly Row[] = [
  [
    SendMessageRequestSchema,
    'content',
    send([{ content: 'x' }, { content: of(10_000) }, { content: of(5000, '😀') }, { content: 'a\r\n\tb' }]),
    send([
      { content: '' },
      { content: of(10_001) },
      { content: of(5001, '😀') },
      { content: 'a\u0000' },
      { content: '\u001b' },
      { content: '\u007f' },
      { content: 7 },
      { content: null },
    ]),
  ],
  [
    SendMessageRequestSchema,
    'target',
    [
      { content: 'x', groupId: 1 },
      { content: 'x', receiver: { id: MAX_ID }, groupId: null },
    ],
    [
      { content: 'x' },
      { content: 'x', receiver: { id: 1 }, groupId: 1 },
      { content: 'x', receiver: {} },
      { content: 'x', receiver: { id: 0 } },
      { content: 'x', receiver: { id: '1' } },
      { content: 'x', receiver: { username: 'bob' } },
      { content: 'x', receiver: 1 },
      { content: 'x', groupId: -1 },
      { content: 'x', groupId: MAX_ID + 1 },
    ],
  ],
  [
    SendMessageRequestSchema,
    'clientMsgId and type',
    send([{ clientMsgId: ' ' }, { clientMsgId: of(64, '~') }, { clientMsgId: null }, { type: 'CHAT' }, { type: null }]),
    send([{ clientMsgId: '' }, { clientMsgId: of(65) }, { clientMsgId: 'ä' }, { clientMsgId: 7 }, { type: 'JOIN' }]),
  ],
  [
    LiveSendRequestSchema,
    'receiver by name or id',
    [{ content: 'x', receiver: { username: of(32) } }, SEND],
    [{ content: 'x', receiver: { username: of(33) } }, { content: 'x', receiver: { username: '' } }, { content: 'x' }],
  ],
  [
    ChatMessageRequestSchema,
    'direct message',
    [
      { content: 'x', receiver: 'bob' },
      { content: 'x', groupId: 1 },
    ],
    [{ content: 'x', receiver: 'bob', groupId: 1 }, { content: 'x' }, { content: '', receiver: 'bob' }],
  ],
  [
    TypingRequestSchema,
    'typing',
    [
      { receiver: 'bob', typing: true },
      { groupId: 1, typing: false },
    ],
    [{ typing: true }, { receiver: 'bob', typing: 'yes' }, { receiver: 'bob', groupId: 1, typing: true }],
  ],
  [
    ReadUpToRequestSchema,
    'upToSeq',
    [{ upToSeq: 0 }, { upToSeq: MAX_ID }],
    [{ upToSeq: -1 }, { upToSeq: MAX_ID + 1 }, { upToSeq: '1' }, { upToSeq: 1.5 }, {}],
  ],
];

const GROUPS: readonly Row[] = [
  [
    GroupNameRequestSchema,
    'name',
    [{ name: 'x' }, { name: of(100) }, { name: ' a ' }, { name: '日本' }],
    [{ name: '' }, { name: of(101) }, { name: '   ' }, { name: 'a\nb' }, { name: '\u202e' }, { name: null }, {}],
  ],
  [
    AddMembersRequestSchema,
    'userIds',
    [{ userIds: [1] }, { userIds: Array.from({ length: 100 }, (_, index) => index + 1) }],
    [{ userIds: [] }, { userIds: Array.from({ length: 101 }, () => 1) }, { userIds: ['1'] }, {}],
  ],
  [
    SyncRequestSchema,
    'conversations',
    [{ conversations: {} }, { conversations: { 'p:1:2': 0, 'g:7': MAX_ID } }],
    [
      { conversations: { 'x:1': 0 } },
      { conversations: { 'p:0:2': 0 } },
      { conversations: { 'g:7': -1 } },
      { conversations: { 'g:7': '1' } },
      { conversations: [] },
      {},
    ],
  ],
];

describe.each([...ACCOUNTS, ...MESSAGES, ...GROUPS])('row %#', (schema, what, accepted, refused) => {
  it.each(accepted.map((value) => [JSON.stringify(value).slice(0, 80), value]))(
    `${what}: %s passes`,
    (_text, value) => {
      expect(schema.safeParse(value)).toMatchObject({ success: true });
    },
  );

  it.each(refused.map((value) => [JSON.stringify(value).slice(0, 80), value]))(
    `${what}: %s does not`,
    (_text, value) => {
      expect(schema.safeParse(value)).toMatchObject({ success: false });
    },
  );
});

describe('what a request says beyond its schema has no effect', () => {
  it.each<[z.ZodType, object]>([
    [RegisterRequestSchema, REGISTER],
    [SendMessageRequestSchema, SEND],
    [GroupNameRequestSchema, { name: 'x' }],
    [ProfileUpdateRequestSchema, { about: 'x' }],
  ])('%#', (schema, body) => {
    const extra = { id: 9, role: 'ADMIN', sender: { id: 1 }, status: 'READ', timestamp: 'x', createdBy: 1, users: [1] };
    expect(schema.parse({ ...extra, ...body })).toEqual(body);
  });
});

it('bidirectional overrides are taken out of a group name before it is measured', () => {
  expect(GroupNameRequestSchema.parse({ name: `a\u202e\u2066b${of(98)}` })).toEqual({ name: `ab${of(98)}` });
});
