import 'reflect-metadata';
import { beforeEach, describe, expect, it } from 'vitest';
import { GroupAudience } from './group-audience.js';
import type { GroupAudienceRepository, GroupAudienceState } from './group-audience.repository.js';

let state: GroupAudienceState;
let audience: GroupAudience;
beforeEach(() => {
  state = { version: 3, userIds: new Set([1, 2]) };
  audience = new GroupAudience({ find: async () => state } as unknown as GroupAudienceRepository);
});

describe('GroupAudience', () => {
  it('answers by memory as long as no event is newer', async () => {
    expect(audience.peek(1, 3)).toBeNull();
    expect(await audience.load(1, 3)).toEqual(new Set([1, 2]));
    expect(audience.peek(1, 3)).toEqual(new Set([1, 2]));
    expect(audience.peek(1, 2)).toEqual(new Set([1, 2]));
    expect(audience.peek(1, 4)).toBeNull();
    expect(audience.peek(2, 0)).toBeNull();
  });

  it('refuses members older than the event, and remembers them not', async () => {
    await expect(audience.load(1, 4)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(audience.peek(1, 3)).toBeNull();
    state = { version: 5, userIds: new Set([1]) };
    expect(await audience.load(1, 4)).toEqual(new Set([1]));
  });
});
