import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../nest/json-body.js';
import { StompHarness, settle } from './stomp-harness.spec-support.js';

/**
 * What was seen on the wire of Spring 6.2 (protocol.md, facts), played against the library with an open broker and anonymous clients. In the
 * tables `|` is a line end; every client frame ends with NUL unless it ends with `…`; answers leave CONNECTED out, and message-ids.
 */
type Exchange = readonly [name: string, sent: readonly string[], received: readonly string[]];

const A = 'SUBSCRIBE|id:0|destination:/topic/a||';
const message = (headers: string, length: number, body: string): string =>
  `MESSAGE|${headers}|subscription:0|content-length:${length}||${body}`;
const hi = (body: string): string => message('destination:/topic/a', Buffer.byteLength(body), body);

const AS_SPRING: readonly Exchange[] = [
  [
    'relay: headers in order, length last',
    [A, 'SEND|destination:/topic/a|content-type:text/plain|foo:bar|content-length:2||hi'],
    [message('destination:/topic/a|content-type:text/plain|foo:bar', 2, 'hi')],
  ],
  ['relay: neither type nor length given', [A, 'SEND|destination:/topic/a||hi'], [hi('hi')]],
  [
    'relay: header before the destination',
    [A, 'SEND|x:1|destination:/topic/a||hi'],
    [message('x:1|destination:/topic/a', 2, 'hi')],
  ],
  ['relay: empty body', [A, 'SEND|destination:/topic/a||'], [hi('')]],
  [
    'relay: repeated headers, the first destination',
    [A, 'SEND|destination:/topic/a|destination:/topic/b|foo:1|foo:2||x'],
    [message('destination:/topic/a|foo:1|foo:2', 1, 'x')],
  ],
  [
    'relay: spaces stay',
    [A, 'SEND|destination:/topic/a|foo: 1 ||x'],
    [message('destination:/topic/a|foo: 1 ', 1, 'x')],
  ],
  [
    'relay: colons are escaped on the way out',
    [A, 'SEND|destination:/topic/a|foo:a:b:c|bar:||x'],
    [message('destination:/topic/a|foo:a\\cb\\cc|bar:', 1, 'x')],
  ],
  [
    'relay: escapes there and back',
    [A, 'SEND|destination:/topic/a|f\\coo:l\\nx\\rx\\c\\\\||x'],
    [message('destination:/topic/a|f\\coo:l\\nx\\rx\\c\\\\', 1, 'x')],
  ],
  ['NUL in a counted body', [A, 'SEND|destination:/topic/a|content-length:5||a\0b\0c'], [hi('a\0b\0c')]],
  ['content-length that is not reached', [A, 'SEND|destination:/topic/a|content-length:9||abcd'], []],
  ['… and then is', [A, 'SEND|destination:/topic/a|content-length:9||abcd…', 'efghi'], [hi('abcdefghi')]],
  ['negative content-length', [A, 'SEND|destination:/topic/a|content-length:-1||abcd'], [hi('abcd')]],
  ['content-length that is no number', [A, 'SEND|destination:/topic/a|content-length:abc||abcd'], [hi('abcd')]],
  ['content-length in bytes', [A, 'SEND|destination:/topic/a|content-length:4||éé'], [hi('éé')]],
  [
    'several frames in one message',
    [`${A}\0SEND|destination:/topic/a||1\0SEND|destination:/topic/a||2`],
    [hi('1'), hi('2')],
  ],
  ['one frame in many messages', [A, 'SEND|…', 'desti…', 'nation:/to…', 'pic/a…', '||hel…', 'lo'], [hi('hello')]],
  ['NUL alone', [''], []],
  ['heart-beats', ['|…', '\r|…', '||…', A, 'SEND|destination:/topic/a||ok'], [hi('ok')]],
  ['subscription without a destination', ['SUBSCRIBE|id:0||', 'SEND|destination:/topic/a||x'], []],
  [
    'two ids on one destination',
    [A, 'SUBSCRIBE|id:1|destination:/topic/a||', 'SEND|destination:/topic/a||x'],
    [hi('x'), 'MESSAGE|destination:/topic/a|subscription:1|content-length:1||x'],
  ],
  ['an id used twice', [A, A, 'SEND|destination:/topic/a||x'], [hi('x')]],
  [
    'an id used twice, other destination',
    [A, 'SUBSCRIBE|id:0|destination:/topic/b||', 'SEND|destination:/topic/b||b', 'SEND|destination:/topic/a||a'],
    [hi('a')],
  ],
  ['unsubscribed', [A, 'UNSUBSCRIBE|id:0||', 'SEND|destination:/topic/a||x'], []],
  [
    'unsubscribed with a destination that is none',
    [A, 'UNSUBSCRIBE|id:0|destination:/foo||', 'SEND|destination:/topic/a||x'],
    [hi('x')],
  ],
  [
    'ack modes are ignored',
    ['SUBSCRIBE|id:0|destination:/topic/a|ack:bogus||', 'SEND|destination:/topic/a||x'],
    [hi('x')],
  ],
  [
    'selector is ignored',
    ["SUBSCRIBE|id:0|destination:/topic/a|selector:foo = 'b'||", 'SEND|destination:/topic/a|foo:c||x'],
    [message('destination:/topic/a|foo:c', 1, 'x')],
  ],
  [
    'SEND to nowhere',
    ['SEND|destination:/foo|receipt:1||x', 'SEND|destination:/app/unknown|receipt:2||x', 'SEND||x'],
    [],
  ],
  ['SUBSCRIBE to nowhere', ['SUBSCRIBE|id:0|destination:/foo|receipt:1||', 'SEND|destination:/foo||x'], []],
  [
    'broker prefixes without a slash',
    ['SUBSCRIBE|id:0|destination:/topicfoo||', 'SEND|destination:/topicfoo||x'],
    [message('destination:/topicfoo', 1, 'x')],
  ],
  [
    'DISCONNECT with a receipt',
    [A, 'DISCONNECT|receipt:77||', 'SEND|destination:/topic/a||x', A],
    ['RECEIPT|receipt-id:77||'],
  ],
  ['SEND to a pattern', [A, 'SEND|destination:/topic/*||x'], []],
  ['body of a handler that throws', ['SEND|destination:/app/boom|receipt:1||hi'], []],
  ['JSON that is none', ['SUBSCRIBE|id:0|destination:/topic/json||', 'SEND|destination:/app/json||{bad'], []],
  [
    'JSON of the application',
    ['SUBSCRIBE|id:0|destination:/topic/json||', 'SEND|destination:/app/json|foo:bar||{"b":"é","a":1}'],
    [message('destination:/topic/json|content-type:application/json', 16, '{"b":"é","a":1}')],
  ],
  [
    'own queue, plain form first',
    [
      'SUBSCRIBE|id:1|destination:/user/alice/queue/reply||',
      'SUBSCRIBE|id:0|destination:/user/queue/reply||',
      'SEND|destination:/user/alice/queue/reply||x',
    ],
    [message('destination:/user/queue/reply', 1, 'x')],
  ],
  [
    'own topic below the user prefix',
    ['SUBSCRIBE|id:0|destination:/user/topic/x||', 'SEND|destination:/user/alice/topic/x||x'],
    [message('destination:/user/topic/x', 1, 'x')],
  ],
];

const pattern = (subscribed: string, sent: string, matches: boolean): Exchange => [
  `pattern ${subscribed} and ${sent}`,
  [`SUBSCRIBE|id:0|destination:${subscribed}||`, `SEND|destination:${sent}||x`],
  matches ? [message(`destination:${sent}`, 1, 'x')] : [],
];

const PATTERNS: readonly Exchange[] = [
  pattern('/topic/*', '/topic/a', true),
  pattern('/topic/*', '/topic/a/b', false),
  pattern('/topic/**', '/topic/a/b', true),
  pattern('/topic/**', '/topic', true),
  pattern('/topic/a?c', '/topic/abc', true),
  pattern('/topic/{x}', '/topic/abc', true),
  pattern('/topic/{x:[a-z]+}', '/topic/abc', true),
  pattern('/topic/{x:[a-z]+}', '/topic/123', false),
  pattern('/topic/*.x', '/topic/a.x', true),
  pattern('/**', '/topic/a', false),
  pattern('/topic*', '/topic/a', false),
  pattern('/topic/**/z', '/topic/a/b/z', true),
  pattern('/topic/ a', '/topic/ a', true),
  pattern('/topic/A', '/topic/a', false),
];

const OTHERWISE: readonly (readonly [decision: number, ...exchange: Exchange])[] = [
  [
    5,
    'receipts',
    [
      `${A.slice(0, -1)}receipt:1||`,
      'SEND|destination:/topic/z|receipt:2||x',
      'UNSUBSCRIBE|id:9|receipt:3||',
      'ACK|id:1|receipt:4||',
    ],
    ['RECEIPT|receipt-id:1||', 'RECEIPT|receipt-id:2||', 'RECEIPT|receipt-id:3||', 'RECEIPT|receipt-id:4||'],
  ],
  [6, 'DISCONNECT without a receipt', ['DISCONNECT||'], ['close 1000']],
  [7, 'NUL in front of a frame', [A, '\0SEND|destination:/topic/a||x'], [hi('x')]],
  [7, 'CR and LF apart', [A, 'SEND\r…', '|destination:/topic/a||x'], [hi('x')]],
  [
    7,
    'content-length that is no number, in a split frame',
    [A, 'SEND|destination:/topic/a|content-length:abc||ab…', 'cd'],
    [hi('abcd')],
  ],
  [
    12,
    'SEND in a transaction that is aborted',
    [A, 'BEGIN|transaction:t||', 'SEND|destination:/topic/a|transaction:t||x', 'ABORT|transaction:t||'],
    [],
  ],
  [
    12,
    '… and in one that is committed',
    [A, 'BEGIN|transaction:t||', 'SEND|destination:/topic/a|transaction:t||x', 'COMMIT|transaction:t||'],
    [hi('x')],
  ],
  [
    14,
    'headers that are nobody else’s',
    [
      A,
      'SEND|destination:/topic/a|Authorization:s|login:l|passcode:p|id:1|ack:2|message-id:3|subscription:9|foo:bar||x',
    ],
    [message('destination:/topic/a|foo:bar', 1, 'x')],
  ],
];

const wire = (text: string): string => {
  const bytes = text.replaceAll('|', '\n');
  return bytes.endsWith('…') ? bytes.slice(0, -1) : `${bytes}\0`;
};

async function play(sent: readonly string[]): Promise<readonly string[]> {
  const stomp = new StompHarness({ openBroker: true });
  stomp.handlers.set('boom', () => {
    throw new Error('boom');
  });
  stomp.handlers.set('json', ({ body }) => void stomp.template.convertAndSend('/topic/json', parseJsonBody(body)));
  const connection = await stomp.connect('alice');
  for (const part of sent) {
    connection.receive(wire(part));
    await settle();
  }
  const received = connection.writes.map((bytes) =>
    bytes
      .toString()
      .replace(/message-id:[^\n]+\n/, '')
      .replace(/\0$/, '')
      .replaceAll('\n', '|'),
  );
  return connection.closedWith === undefined ? received : [...received, `close ${connection.closedWith.code}`];
}

describe('as Spring does', () => {
  it.each([...AS_SPRING, ...PATTERNS])('%s', async (_, sent, received) => {
    expect(await play(sent)).toEqual(received);
  });
});

describe('where we leave Spring', () => {
  it.each(OTHERWISE)('decision %i: %s', async (_, __, sent, received) => {
    expect(await play(sent)).toEqual(received);
  });
});
