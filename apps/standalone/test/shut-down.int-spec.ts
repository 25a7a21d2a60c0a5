import type { MessageDto } from '@app/contracts';
import { Person, SystemProcess } from '@app/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureBuilt } from '../../../scripts/workspace.mjs';

beforeAll(() => ensureBuilt({ say: () => undefined }));

const SENDS_PER_SECOND = 100;

/** Sends at a steady rate until told to stop; what the system acknowledged, by `clientMsgId`. */
function keepSending(sender: Person, receiver: Person) {
  const acknowledged: string[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    const id = `send-${(count += 1)}`;
    const send = sender.sendTo(receiver, `message ${id}`, id).then(
      () => void acknowledged.push(id),
      () => undefined,
    );
    underWay.add(send);
    void send.then(() => underWay.delete(send));
  }, 1_000 / SENDS_PER_SECOND);
  return {
    acknowledged,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

async function historyOf(person: Person, peer: Person): Promise<string[]> {
  const ids: string[] = [];
  for (let after = 0; ; after = ids.length) {
    const page = await person.rest.ok<{ content: MessageDto[]; hasMore: boolean }>(
      'GET',
      `/api/chat/messages/${person.id}/${peer.id}?afterSeq=${after}&size=200`,
    );
    ids.push(...page.content.map(({ clientMsgId }) => clientMsgId ?? ''));
    if (!page.hasMore) return ids;
  }
}

describe('Ctrl-C while 100 messages a second come in', () => {
  it('ends within 5 s, with 0, tells the sockets to come back, and loses no acknowledged message', async () => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    const [ann, bob] = [await Person.join(system.urls, 'ann'), await Person.join(system.urls, 'bob')];
    const live = await bob.live();
    const atChat = await bob.live({ baseUrl: system.urls.chat });
    const replies = await live.subscribe<MessageDto>('/user/queue/reply');
    const load = keepSending(ann, bob);
    await replies.collect(SENDS_PER_SECOND, () => true, 30_000);
    const before = performance.now();
    expect(await system.end('SIGINT')).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_000);
    await load.stop();
    expect([await live.closes.find(), await atChat.closes.find()]).toEqual([1012, 1012]);
    await system.boot();
    const kept = await historyOf(ann, bob);
    expect(load.acknowledged.filter((id) => !kept.includes(id))).toEqual([]);
    expect(new Set(kept).size).toBe(kept.length);
    expect(load.acknowledged.length).toBeGreaterThanOrEqual(SENDS_PER_SECOND);
  });
});

describe('the end of an idle system', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s is clean, and so is the next start', async (signal) => {
    const system = await SystemProcess.start();
    onTestFinished(async () => void (await system.dispose()));
    expect(await system.end(signal)).toBe(0);
    expect(system.printed).toContain('Stopped.');
    await system.boot();
    expect(await system.end(signal)).toBe(0);
  });
});
