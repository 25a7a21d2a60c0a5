import { describe, expect, it, onTestFinished } from 'vitest';
import { SERVICES } from '@app/contracts';
import type { ServiceInstance } from '@app/discovery';
import { SESSION_GONE, UpstreamGroup } from './upstream-group.js';

const instance = (id: string, port = 4_000): ServiceInstance => ({
  id,
  service: SERVICES.chat,
  host: '127.0.0.1',
  port,
});
const many = (...ids: string[]): ServiceInstance[] => ids.map((id) => instance(id));

let clock = 0;
function groupOf(...ids: string[]): UpstreamGroup {
  clock = 1_000;
  const group = new UpstreamGroup({ now: () => clock });
  onTestFinished(() => group.close());
  group.update(many(...ids));
  return group;
}
const idsOf = (group: UpstreamGroup, count: number): string[] => Array.from({ length: count }, () => group.next()!.id);
const holder = (group: UpstreamGroup, session: string): string => {
  const chosen = group.ofSession(session);
  return chosen === null ? 'none' : chosen === SESSION_GONE ? 'gone' : chosen.id;
};

describe('the next instance', () => {
  it('is none when there is none', () => expect(groupOf().next()).toBeNull());

  it('takes turns', () => {
    const turns = idsOf(groupOf('a', 'b', 'c'), 6);
    expect(turns.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  });

  it('is not one that was tried', () => {
    const group = groupOf('a', 'b');
    const first = group.next()!;
    const second = group.next([first])!;
    expect(second.id).not.toBe(first.id);
    expect(group.next([first, second])).toBeNull();
  });

  it('leaves out one that could not be reached, for a while', () => {
    const group = groupOf('a', 'b');
    const resting = group.next()!;
    resting.rest();
    expect(new Set(idsOf(group, 4))).not.toContain(resting.id);
    clock += 2_001;
    expect(new Set(idsOf(group, 4))).toContain(resting.id);
  });

  it('is one that could not be reached when there is no other', () => {
    const group = groupOf('a');
    group.next()!.rest();
    expect(group.next()!.id).toBe('a');
  });
});

describe('an update of the list', () => {
  it('keeps who stayed, closes who left, takes who came', () => {
    const group = groupOf('a', 'b');
    const all = [group.next()!, group.next()!];
    const a = all.find(({ id }) => id === 'a')!;
    const b = all.find(({ id }) => id === 'b')!;
    group.update(many('b', 'c'));
    const now = [group.next()!, group.next()!];
    expect(now).toContain(b);
    expect(now.map(({ id }) => id).toSorted()).toEqual(['b', 'c']);
    expect(a.pool.closed).toBe(true);
    expect(b.pool.closed).toBe(false);
  });

  it('takes an instance that moved to another port as a new one', () => {
    const group = groupOf('a');
    const before = group.next()!;
    group.update([instance('a', 4_001)]);
    expect(group.next()).not.toBe(before);
    expect(before.pool.closed).toBe(true);
  });
});

describe('the instance of a SockJS session', () => {
  const sessions = Array.from({ length: 200 }, (_, i) => `session${i}`);

  it('is none when there is none', () => expect(holder(groupOf(), 's')).toBe('none'));

  it('is the same at every gateway that sees the same list', () => {
    const [one, other] = [groupOf('a', 'b', 'c'), groupOf('c', 'a', 'b')];
    for (const session of sessions) expect(holder(one, session)).toBe(holder(other, session));
  });

  it('stays when others come', () => {
    const group = groupOf('a', 'b');
    const before = sessions.map((session) => holder(group, session));
    group.update(many('a', 'b', 'c', 'd'));
    expect(sessions.map((session) => holder(group, session))).toEqual(before);
  });

  it('is gone once after it left, then another one', () => {
    const group = groupOf('a', 'b');
    const ofA = sessions.find((session) => holder(group, session) === 'a')!;
    const ofB = sessions.find((session) => holder(group, session) === 'b')!;
    group.update(many('b'));
    expect(holder(group, ofA)).toBe('gone');
    expect(holder(group, ofA)).toBe('b');
    expect(holder(group, ofB)).toBe('b');
  });

  it('is forgotten after ten silent minutes, not while it is used', () => {
    const group = groupOf('a', 'b');
    const [used, silent] = sessions.filter((session) => holder(group, session) === 'a') as [string, string];
    for (let minute = 0; minute < 11; minute += 1) {
      clock += 60_000;
      holder(group, used);
    }
    group.update(many('b'));
    expect([holder(group, used), holder(group, silent)]).toEqual(['gone', 'b']);
  });

  it('may move when it was never opened', () => {
    const group = groupOf('a', 'b');
    const ofA = sessions.find((session) => holder(group, session) === 'a')!;
    const held = group.ofSession(ofA);
    if (held === null || held === SESSION_GONE) throw new Error('no instance');
    held.rest();
    group.forgetSession(ofA);
    expect(holder(group, ofA)).toBe('b');
  });
});
