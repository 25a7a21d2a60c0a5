import { describe, expect, it } from 'vitest';
import { StompRefusal } from './refusal.js';
import { StompHarness, settle } from './stomp-harness.spec-support.js';

const refusal = (body: string): unknown => JSON.parse(body);

describe('SUBSCRIBE', () => {
  it('is effective before the next frame of the session, and before its RECEIPT', async () => {
    const stomp = new StompHarness();
    stomp.handlers.set('publish', () => void stomp.template.convertAndSend('/topic/a', 'hi'));
    const connection = await stomp.connect('alice');
    connection.receive('SUBSCRIBE\nid:0\ndestination:/topic/a\nreceipt:r\n\n\0SEND\ndestination:/app/publish\n\n\0');
    await settle();
    expect(connection.frames()).toMatchObject([
      { command: 'RECEIPT', headers: { 'receipt-id': 'r' } },
      { command: 'MESSAGE', headers: { destination: '/topic/a', subscription: '0' }, body: 'hi' },
    ]);
  });

  it('gives one MESSAGE per subscription, and none after UNSUBSCRIBE', async () => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/topic/a', '0');
    await stomp.subscribe(connection, '/topic/a', '1');
    expect(stomp.template.convertAndSend('/topic/a', 'x')).toBe(2);
    connection.receive('UNSUBSCRIBE\nid:0\nreceipt:u\n\n\0UNSUBSCRIBE\nid:77\n\n\0');
    expect(stomp.template.convertAndSend('/topic/a', 'y')).toBe(1);
    const ids = connection.frames().map(({ headers }) => headers['subscription'] ?? headers['receipt-id']);
    expect(ids).toEqual(['0', '1', 'u', '1']);
    const messageIds = connection.frames().flatMap(({ headers }) => headers['message-id'] ?? []);
    expect(new Set(messageIds).size).toBe(3);
  });

  it.each([
    ['/topic/*', 'DESTINATION_NOT_ALLOWED'],
    ['/topic/{x}', 'DESTINATION_NOT_ALLOWED'],
    ['/topic/a?c', 'DESTINATION_NOT_ALLOWED'],
    ['/topic', 'DESTINATION_NOT_ALLOWED'],
    ['/topicfoo', 'DESTINATION_NOT_ALLOWED'],
    ['/queue/**', 'DESTINATION_NOT_ALLOWED'],
    ['/queue/reply-userc0', 'DESTINATION_NOT_ALLOWED'],
    ['/app/x', 'DESTINATION_NOT_ALLOWED'],
    ['/foo', 'DESTINATION_NOT_ALLOWED'],
    ['/user/bob/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/user/ALICE/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/user/*/queue/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/user/queue/*', 'DESTINATION_NOT_ALLOWED'],
    ['/user/reply', 'DESTINATION_NOT_ALLOWED'],
    ['/topic/refused', 'NOT_A_MEMBER'],
  ])('to %s is refused without effect or RECEIPT, and told on the error queue', async (destination, code) => {
    const stomp = new StompHarness({
      authorizeSubscription: async (_, asked) => {
        if (asked === '/topic/refused') throw new StompRefusal('NOT_A_MEMBER', 'no');
      },
    });
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    connection.receive(`SUBSCRIBE\nid:0\ndestination:${destination}\nreceipt:r\n\n\0`);
    await settle();
    const frames = connection.frames();
    expect(frames).toMatchObject([
      { command: 'MESSAGE', headers: { destination: '/user/queue/errors', subscription: 'e' } },
    ]);
    expect(refusal(frames[0]?.body ?? '')).toMatchObject({ code, destination, receiptId: 'r' });
    expect(connection.closedWith).toBeUndefined();
    expect(stomp.session(connection).destinations()).toEqual(['/user/queue/errors']);
  });

  it('refuses an id in use, and one subscription too many', async () => {
    const stomp = new StompHarness({ limits: { subscriptions: 2 } });
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    await stomp.subscribe(connection, '/topic/a', 'e');
    await stomp.subscribe(connection, '/topic/a', '1');
    await stomp.subscribe(connection, '/topic/b', '2');
    const codes = connection.frames().map(({ body }) => refusal(body));
    expect(codes).toMatchObject([
      { code: 'DUPLICATE_SUBSCRIPTION' },
      { code: 'TOO_MANY_SUBSCRIPTIONS', destination: '/topic/b' },
    ]);
    expect(stomp.session(connection).destinations()).toEqual(['/user/queue/errors', '/topic/a']);
  });

  it('without an id is ERROR in 1.1 and later, and keyed by destination in 1.0', async () => {
    const stomp = new StompHarness();
    const strict = await stomp.connect('alice', '1.1');
    strict.receive('SUBSCRIBE\ndestination:/topic/a\nreceipt:r\n\n\0');
    await settle();
    expect(strict.frames()).toMatchObject([{ command: 'ERROR', headers: { 'receipt-id': 'r' } }]);
    const old = await stomp.connect('bob', '1.0');
    old.receive('SUBSCRIBE\ndestination:/topic/a\n\n\0');
    await settle();
    stomp.template.convertAndSend('/topic/a', 'x');
    expect(old.text()).toBe(
      'MESSAGE\ndestination:/topic/a\ncontent-type:text/plain;charset=UTF-8\nmessage-id:broker-0\ncontent-length:1\n\nx\0',
    );
    old.receive('UNSUBSCRIBE\ndestination:/topic/a\n\n\0');
    expect(stomp.template.convertAndSend('/topic/a', 'y')).toBe(0);
  });

  it('without a destination is refused', async () => {
    const stomp = new StompHarness();
    const connection = await stomp.subscribed('alice', '/user/queue/errors', 'e');
    connection.receive('SUBSCRIBE\nid:0\n\n\0');
    await settle();
    expect(refusal(connection.frames()[0]?.body ?? '')).toEqual({
      code: 'BAD_REQUEST',
      message: 'SUBSCRIBE must have a destination',
      destination: null,
      receiptId: null,
    });
  });

  it('shows the authorizer the normalised destination', async () => {
    const asked: string[] = [];
    const stomp = new StompHarness({ authorizeSubscription: async (_, destination) => void asked.push(destination) });
    const connection = await stomp.subscribed('a/b', '/user/a%2Fb/queue/reply', '0');
    await stomp.subscribe(connection, '/user/queue/reply', '1');
    await stomp.subscribe(connection, '/topic/1', '2');
    expect(asked).toEqual(['/user/queue/reply', '/user/queue/reply', '/topic/1']);
  });

  describe('revoked by the server', () => {
    it('ends at once and silently', async () => {
      const stomp = new StompHarness();
      const connection = await stomp.subscribed('alice', '/topic/7');
      for (const session of stomp.registry.sessionsFor('/topic/7')) session.unsubscribe('/topic/7');
      expect(stomp.template.convertAndSend('/topic/7', 'x')).toBe(0);
      expect(connection.writes).toEqual([]);
      expect(stomp.registry.destinations()).toEqual([]);
    });

    it('while it is being authorized: the session is found, and authorized again', async () => {
      let member = true;
      let answer = (): void => undefined;
      const stomp = new StompHarness({
        authorizeSubscription: async () => {
          const seen = member;
          await new Promise<void>((resolve) => (answer = resolve));
          if (!seen) throw new StompRefusal('NOT_A_MEMBER', 'no');
        },
      });
      const connection = await stomp.subscribed('alice', '/topic/7');
      member = false;
      for (const session of stomp.registry.sessionsFor('/topic/7')) session.unsubscribe('/topic/7');
      answer();
      await settle();
      answer();
      await settle();
      expect(stomp.template.convertAndSend('/topic/7', 'x')).toBe(0);
      expect(stomp.session(connection).destinations()).toEqual([]);
      expect(stomp.registry.sessionsFor('/topic/7')).toEqual([]);
    });
  });

  it('leaves nothing behind when the session ends while it is being authorized', async () => {
    let answer = (): void => undefined;
    const stomp = new StompHarness({ authorizeSubscription: () => new Promise((resolve) => (answer = resolve)) });
    const connection = await stomp.subscribed('alice', '/topic/7');
    connection.clientGone(1006);
    answer();
    await settle();
    expect(stomp.registry.destinations()).toEqual([]);
    expect(stomp.registry.sessionsFor('/topic/7')).toEqual([]);
  });
});
