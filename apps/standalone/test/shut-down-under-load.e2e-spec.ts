import { Person, RestClient, SystemProcess } from '@app/testing';
import type { MessageDto, MessageSlice } from '@app/contracts';
import { afterEach, describe, expect, it } from 'vitest';

const SENDS_PER_SECOND = 100;

describe('Ctrl-C under load', () => {
  let system: SystemProcess | undefined;
  afterEach(() => system?.dispose());

  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends within 5 s with exit code 0 and loses nothing', async (signal) => {
    system = await SystemProcess.start();
    const [alice, bob] = [await Person.join(system.urls, 'alice'), await Person.join(system.urls, 'bob')];
    const live = await bob.live();
    const inbox = await live.subscribe<MessageDto>('/user/queue/reply');
    const accepted = new Set<string>();
    const sends: Promise<void>[] = [];
    const send = (clientMsgId: string): Promise<void> =>
      alice.rest
        .post('/api/chat/messages', { receiver: { id: bob.id }, content: clientMsgId, clientMsgId })
        .then(({ status }) => void (status === 200 && accepted.add(clientMsgId)))
        .catch(() => undefined);
    const timer = setInterval(() => sends.push(send(`m${sends.length}`)), 1_000 / SENDS_PER_SECOND);
    await inbox.collect(SENDS_PER_SECOND);

    const asked = performance.now();
    const code = await system.end(signal);
    const took = performance.now() - asked;
    clearInterval(timer);
    await Promise.all(sends);
    expect({ code, inTime: took < 5_000 }, `after ${took} ms\n${system.printed}`).toEqual({ code: 0, inTime: true });
    expect(await live.closes.find()).toBe(1012);

    await system.boot();
    const stored: MessageDto[] = [];
    const history = new RestClient(system.urls.gateway, bob.token);
    for (let more = true; more;) {
      const path = `/api/chat/messages/${bob.id}/${alice.id}?afterSeq=${stored.length}&size=200`;
      const slice = await history.ok<MessageSlice>('GET', path);
      stored.push(...slice.content);
      more = slice.hasMore;
    }
    const ids = stored.map((message) => message.clientMsgId);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...accepted].filter((id) => !ids.includes(id))).toEqual([]);
    expect(stored.map((message) => message.seq)).toEqual(stored.map((_, index) => index + 1));
  });
});
