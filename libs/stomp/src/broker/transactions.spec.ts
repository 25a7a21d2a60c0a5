import { beforeEach, describe, expect, it } from 'vitest';
import type { MemoryConnection } from './memory-connection.spec-support.js';
import { StompRefusal } from './refusal.js';
import { StompHarness, settle } from './stomp-harness.spec-support.js';

const send = (body: string, transaction = 't'): string =>
  `SEND\ndestination:/app/x\ntransaction:${transaction}\nreceipt:${body}\n\n${body}\0`;
const frame = (command: string, transaction = 't'): string =>
  `${command}\ntransaction:${transaction}\nreceipt:${command}\n\n\0`;

describe('transactions', () => {
  let stomp: StompHarness;
  let handled: string[];
  let connection: MemoryConnection;

  const answers = (): unknown[] =>
    connection
      .frames()
      .map(({ headers, body }) => headers['receipt-id'] ?? (JSON.parse(body) as { code: string }).code);

  beforeEach(async () => {
    stomp = new StompHarness({ limits: { transactionFrames: 3, transactionBytes: 100 } });
    handled = [];
    stomp.handlers.set('x', async ({ body }) => {
      if (body.toString() === 'bad') throw new StompRefusal('BLOCKED', 'no');
      handled.push(body.toString());
    });
    connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
  });

  it('hold SENDs back until COMMIT, each with its RECEIPT after its effect, COMMIT last', async () => {
    connection.receive(frame('BEGIN') + send('1') + send('2'));
    await settle();
    expect(handled).toEqual([]);
    expect(answers()).toEqual(['BEGIN']);
    connection.receive(frame('COMMIT'));
    await settle();
    expect(handled).toEqual(['1', '2']);
    expect(answers()).toEqual(['BEGIN', '1', '2', 'COMMIT']);
  });

  it('have no effect after ABORT or DISCONNECT', async () => {
    connection.receive(frame('BEGIN') + send('1') + frame('ABORT') + frame('BEGIN') + send('2') + frame('DISCONNECT'));
    await settle();
    expect(handled).toEqual([]);
    expect(answers()).toEqual(['BEGIN', 'ABORT', 'BEGIN', 'DISCONNECT']);
  });

  it('a refused SEND inside does not keep the others from their effect', async () => {
    connection.receive(frame('BEGIN') + send('1') + send('bad') + send('2') + frame('COMMIT'));
    await settle();
    expect(handled).toEqual(['1', '2']);
    expect(answers()).toEqual(['BEGIN', '1', 'BLOCKED', '2', 'COMMIT']);
  });

  it('keep the bodies whatever becomes of the bytes they came in', async () => {
    const bytes = Buffer.from(frame('BEGIN') + send('first') + send('second'));
    for (const byte of bytes) connection.receive(Buffer.from([byte]));
    connection.receive(frame('COMMIT'));
    await settle();
    expect(handled).toEqual(['first', 'second']);
  });

  it.each([
    ['BEGIN of one that is open', frame('BEGIN') + frame('BEGIN'), ['BEGIN', 'BAD_REQUEST']],
    ['SEND in an unknown one', send('1'), ['BAD_REQUEST']],
    ['COMMIT of an unknown one', frame('COMMIT'), ['BAD_REQUEST']],
    ['BEGIN without a name', 'BEGIN\nreceipt:r\n\n\0', ['BAD_REQUEST']],
    [
      'SEND to nowhere, at once',
      `${frame('BEGIN')}SEND\ndestination:/topic/a\ntransaction:t\n\n\0`,
      ['BEGIN', 'DESTINATION_NOT_ALLOWED'],
    ],
    [
      'too many open',
      ['a', 'b', 'c', 'd'].map((t) => frame('BEGIN', t)).join(''),
      ['BEGIN', 'BEGIN', 'BEGIN', 'BAD_REQUEST'],
    ],
  ])('refused: %s', async (_, frames, expected) => {
    connection.receive(frames);
    await settle();
    expect(answers()).toEqual(expected);
  });

  it('ABORT of an unknown one is fine', async () => {
    connection.receive(frame('ABORT'));
    expect(answers()).toEqual(['ABORT']);
  });

  it.each([
    ['frames', ['1', '2', '3', '4']],
    ['bytes', ['1', '2'.repeat(100)]],
  ])('too many %s drop the transaction: nothing of it can be committed', async (_, bodies) => {
    connection.receive(frame('BEGIN') + bodies.map((body) => send(body)).join('') + frame('COMMIT'));
    await settle();
    expect(handled).toEqual([]);
    expect(answers()).toEqual(['BEGIN', 'BAD_REQUEST', 'BAD_REQUEST']);
  });

  it('the bounds hold for all open ones together, and are free again afterwards', async () => {
    connection.receive(
      frame('BEGIN', 'a') + frame('BEGIN', 'b') + send('1', 'a') + send('2', 'b') + send('3', 'a') + send('4', 'b'),
    );
    connection.receive(
      frame('COMMIT', 'a') + frame('BEGIN', 'c') + send('5', 'c') + send('6', 'c') + frame('COMMIT', 'c'),
    );
    await settle();
    expect(handled).toEqual(['1', '3', '5', '6']);
  });
});
