import { describe, expect, it } from 'vitest';
import { MOST_CONVERSATIONS, MOST_MESSAGES, planSync, type SyncedConversation } from './sync-plan.js';

const conversation = (id: number, lastSeq: number, minute = id, firstSeq = 1): SyncedConversation => ({
  id,
  conversationId: `g:${id}`,
  firstSeq,
  lastSeq,
  lastTimestamp: lastSeq === 0 ? null : new Date(minute * 60_000),
});
const idsOf = (conversations: readonly SyncedConversation[]): string[] =>
  conversations.map((each) => each.conversationId);

describe('a sync', () => {
  it('gives what is missing; what the client does not name counts as 0', () => {
    const plan = planSync([conversation(1, 5), conversation(2, 3), conversation(3, 4)], { 'g:1': 2, 'g:3': 4 });
    expect(plan.spans).toEqual([
      { conversationRowId: 2, from: 1, to: 3 },
      { conversationRowId: 1, from: 3, to: 5 },
    ]);
    expect(idsOf(plan.complete)).toEqual(['g:2', 'g:1', 'g:3']);
    expect([plan.limited, plan.removed]).toEqual([[], []]);
  });

  it('begins where a conversation begins', () => {
    expect(planSync([conversation(1, 50, 1, 41)], {}).spans).toEqual([{ conversationRowId: 1, from: 41, to: 50 }]);
  });

  it('has nothing for a client that is ahead', () => {
    expect(planSync([conversation(1, 5)], { 'g:1': 9 }).spans).toEqual([]);
  });

  it("names what is not, or no longer, the client's", () => {
    expect(planSync([conversation(1, 5)], { 'g:1': 5, 'g:9': 3, 'p:1:2': 1 }).removed).toEqual(['g:9', 'p:1:2']);
  });

  it('says nothing of conversations without a message', () => {
    const plan = planSync([conversation(1, 0)], { 'g:1': 0 });
    expect(plan).toEqual({ complete: [], spans: [], limited: [], removed: [] });
  });

  it('leaves out as a whole what does not fit, and takes what still does', () => {
    const plan = planSync([conversation(3, MOST_MESSAGES - 1), conversation(2, 2), conversation(1, 1)], {});
    expect(idsOf(plan.complete)).toEqual(['g:3', 'g:1']);
    expect(plan.limited).toEqual(['g:2']);
  });

  it('fills an answer to the last message', () => {
    expect(planSync([conversation(1, MOST_MESSAGES)], {}).limited).toEqual([]);
    expect(planSync([conversation(1, MOST_MESSAGES + 1)], {}).limited).toEqual(['g:1']);
  });

  it('takes what has something new before what is newer, and no more than fits', () => {
    const known = Object.fromEntries(Array.from({ length: MOST_CONVERSATIONS }, (_, index) => [`g:${index + 2}`, 1]));
    const all = Array.from({ length: MOST_CONVERSATIONS + 1 }, (_, index) => conversation(index + 1, 1));
    const plan = planSync(all, known);
    expect(plan.complete[0]?.conversationId).toBe('g:1');
    expect(plan.complete).toHaveLength(MOST_CONVERSATIONS);
    expect(plan.limited).toEqual(['g:2']);
  });
});
