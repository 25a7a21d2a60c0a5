import { InMemoryPresenceStore } from '@app/presence';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PresenceAnnouncer } from './presence-announcer.js';
import { DEFAULT_REALTIME_OPTIONS } from './realtime.options.js';

interface Notice {
  readonly type: string;
  readonly content: string;
  readonly sender: string;
}

describe('PresenceAnnouncer', () => {
  let store: InMemoryPresenceStore;
  let sent: Notice[];
  let announcer: PresenceAnnouncer;

  beforeEach(async () => {
    vi.useFakeTimers();
    store = new InMemoryPresenceStore();
    await store.renew('i1', new Map());
    sent = [];
    const template = { convertAndSend: (_: string, notice: Notice) => sent.push(notice) };
    announcer = new PresenceAnnouncer(store, template as never, {
      ...DEFAULT_REALTIME_OPTIONS,
      instanceId: 'i1',
      clock: () => Date.now(),
    });
  });
  afterEach(() => {
    announcer.onModuleDestroy();
    vi.useRealTimers();
  });

  const online = async (name: string): Promise<void> => {
    await store.connect('i1', name);
    announcer.changed(name, true);
    await vi.advanceTimersByTimeAsync(0);
  };
  const offline = async (name: string): Promise<void> => {
    await store.disconnect('i1', name);
    announcer.changed(name, false);
    await vi.advanceTimersByTimeAsync(0);
  };

  it('tells a JOIN at once, with all names', async () => {
    await online('ann');
    await online('bob');
    expect(sent).toEqual([
      { type: 'JOIN', content: 'ann', sender: 'ann' },
      { type: 'JOIN', content: 'ann,bob', sender: 'bob' },
    ]);
  });

  it('tells a LEAVE after three seconds, without the name', async () => {
    await online('ann');
    await online('bob');
    sent.length = 0;
    await offline('bob');
    await vi.advanceTimersByTimeAsync(2_999);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual([{ type: 'LEAVE', content: 'ann', sender: 'bob' }]);
  });

  it('tells no LEAVE of a reload', async () => {
    await online('ann');
    await offline('ann');
    await vi.advanceTimersByTimeAsync(1_000);
    await online('ann');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent.map((notice) => notice.type)).toEqual(['JOIN', 'JOIN']);
  });

  it('tells at most one JOIN a second in a crowd, and the last one names its sender', async () => {
    for (let n = 0; n < 60; n++) await store.connect('i1', `crowd-${String(n).padStart(2, '0')}`);
    await vi.advanceTimersByTimeAsync(5_000);
    for (const name of ['ann', 'bob', 'cat', 'dan']) await online(name);
    expect(sent.map((notice) => notice.sender)).toEqual(['ann']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map((notice) => notice.sender)).toEqual(['ann', 'dan']);
    expect(sent[1]!.content.split(',')).toEqual(expect.arrayContaining(['ann', 'bob', 'cat', 'dan', 'crowd-00']));
  });

  it('a JOIN and a LEAVE in a crowd do not swallow each other', async () => {
    for (let n = 0; n < 60; n++) await store.connect('i1', `crowd-${n}`);
    await vi.advanceTimersByTimeAsync(5_000);
    await online('ann');
    await offline('crowd-1');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sent.map((notice) => [notice.type, notice.sender])).toEqual([
      ['JOIN', 'ann'],
      ['LEAVE', 'crowd-1'],
    ]);
  });
});
