import { describe, expect, it } from 'vitest';
import { rendezvous } from './rendezvous-hash.js';

const nodes = ['chat-1', 'chat-2', 'chat-3', 'chat-4'].map((id) => ({ id }));
const keys = Array.from({ length: 4_000 }, (_, i) => `session${i}`);
const owner = (key: string, of = nodes): string => rendezvous(key, of)!.id;

describe('rendezvous', () => {
  it('has no node for a key when there is none', () => expect(rendezvous('a', [])).toBeNull());

  it('does not look at the order of the nodes', () => {
    for (const key of keys) expect(owner(key, nodes.toReversed())).toBe(owner(key));
  });

  it('spreads keys evenly', () => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(owner(key), (counts.get(owner(key)) ?? 0) + 1);
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it('moves only the keys of a node that leaves', () => {
    const left = nodes.slice(1);
    const kept = keys.filter((key) => owner(key) !== 'chat-1');
    expect(kept.map((key) => owner(key, left))).toEqual(kept.map((key) => owner(key)));
  });
});
