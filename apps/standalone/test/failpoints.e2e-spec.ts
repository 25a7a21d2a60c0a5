import { Person, SystemProcess } from '@app/testing';
import type { MessageDto, MessageSlice } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A process that dies in the very microsecond: what the client does then is in reliability.md section 1, and nothing is lost or doubled. */
describe('killed at a failpoint', () => {
  let system: SystemProcess;
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    system = await SystemProcess.start();
    [alice, bob] = [await Person.join(system.urls, 'alice'), await Person.join(system.urls, 'bob')];
  });
  afterAll(() => system.dispose());

  const history = async (): Promise<readonly MessageDto[]> =>
    (await bob.rest.ok<MessageSlice>('GET', `/api/chat/messages/${alice.id}/${bob.id}?afterSeq=0&size=200`)).content;
  const restart = async (failpoints: string): Promise<void> => {
    await system.end();
    await system.boot({ NODE_ENV: 'test', FAILPOINTS: failpoints });
  };

  it.each([
    ['send.before_tx', 'nothing is stored'],
    ['send.after_seq', 'nothing is stored'],
    ['send.before_commit', 'nothing is stored'],
    ['send.after_commit', 'it is stored'],
    ['send.before_ack', 'it is stored'],
    ['relay.after_claim', 'it is stored'],
    ['relay.after_publish', 'it is stored'],
    ['fanout.after_receive', 'it is stored'],
  ] as const)('%s: %s, and the retry makes it one message', async (failpoint, outcome) => {
    await restart(`${failpoint}:kill`);
    const before = await history();
    const unknown = await alice.rest
      .post('/api/chat/messages', { receiver: { id: bob.id }, content: failpoint, clientMsgId: failpoint })
      .catch(() => null);
    expect(await system.ended()).toBe('SIGKILL');
    await system.boot();
    const stored = (await history()).slice(before.length);
    expect(stored.map((message) => message.content)).toEqual(outcome === 'it is stored' ? [failpoint] : []);
    const live = await bob.live();
    const inbox = await live.subscribe<MessageDto>('/user/queue/reply');
    const retried = await alice.sendTo(bob, failpoint, failpoint);
    const marker = await alice.sendTo(bob, 'marker');
    await inbox.find(({ body }) => body.id === marker.id);
    const after = (await history()).slice(before.length);
    expect(after.map((message) => [message.id, message.seq])).toEqual([
      [retried.id, before.length + 1],
      [marker.id, before.length + 2],
    ]);
    const answered = unknown?.status === 200 ? (unknown.body as MessageDto).id : retried.id;
    expect(answered).toBe(retried.id);
    await live.disconnect();
  });
});
