import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Principal } from './principal.js';
import { RevocationList, type RevocationRow } from './revocation-list.js';

const NOW = 1_000_000;
let now = NOW;
let list: RevocationList;
beforeEach(() => {
  now = NOW;
  list = new RevocationList(() => now);
});

const principal = (over: Partial<Principal> = {}): Principal => ({
  id: 7,
  username: 'bob',
  name: 'bob',
  role: 'USER',
  tokenId: 'a',
  tokenVersion: 2,
  issuedAt: 0,
  expiresAt: 36_000,
  ...over,
});
const row = (over: Partial<RevocationRow> = {}): RevocationRow => ({
  id: 1,
  userId: 7,
  tokenId: null,
  minVersion: null,
  exceptTokenId: null,
  effectiveAt: NOW,
  expiresAt: NOW + 36_000_000,
  reason: 'LOGOUT',
  ...over,
});

describe('a row', () => {
  it('ends the token it names, and no other', () => {
    list.apply([row({ tokenId: 'a' })]);
    expect(list.isRevoked(principal())).toBe(true);
    expect(list.isRevoked(principal({ tokenId: 'b' }))).toBe(false);
  });

  it("ends the user's tokens of lower versions, and nobody else's", () => {
    list.apply([row({ minVersion: 2 })]);
    expect(list.isRevoked(principal({ tokenVersion: 1 }))).toBe(true);
    expect(list.isRevoked(principal({ tokenVersion: 2 }))).toBe(false);
    expect(list.isRevoked(principal({ id: 8, tokenVersion: 1 }))).toBe(false);
  });

  it('spares the token it excepts', () => {
    list.apply([row({ minVersion: 3, exceptTokenId: 'a' })]);
    expect(list.isRevoked(principal())).toBe(false);
    expect(list.isRevoked(principal({ tokenId: 'b' }))).toBe(true);
  });

  it('bites from its time on', () => {
    list.apply([row({ tokenId: 'a', effectiveAt: NOW + 60_000, reason: 'REFRESHED' })]);
    now = NOW + 59_999;
    expect(list.isRevoked(principal())).toBe(false);
    now = NOW + 60_000;
    expect(list.isRevoked(principal())).toBe(true);
  });

  it('of one token does not hide another of the same user', () => {
    list.apply([row({ id: 1, tokenId: 'x' }), row({ id: 2, tokenId: 'a' })]);
    expect(list.isRevoked(principal())).toBe(true);
  });
});

describe('the poll', () => {
  it('may bring rows again and in any order: each is told once', () => {
    const listener = vi.fn<(row: RevocationRow) => void>();
    list.onRevoked(listener);
    list.apply([row({ id: 5 })]);
    list.apply([row({ id: 4 }), row({ id: 5 })]);
    expect(listener.mock.calls.map(([told]) => told.id)).toEqual([5, 4]);
    expect(list.size).toBe(2);
  });

  it('tells a listener no more once it ended', () => {
    const listener = vi.fn<(row: RevocationRow) => void>();
    list.onRevoked(listener)();
    list.apply([row()]);
    expect(listener).not.toHaveBeenCalled();
  });

  it('forgets rows whose tokens have all expired, and takes none of those', () => {
    list.apply([row({ id: 1, expiresAt: NOW + 10 }), row({ id: 2 }), row({ id: 3, expiresAt: NOW })]);
    expect(list.size).toBe(2);
    now = NOW + 10;
    list.apply([]);
    expect(list.size).toBe(1);
  });

  it('replaces: what is no longer in the table no longer counts', () => {
    list.apply([row({ id: 1, tokenId: 'a' })]);
    list.replace([row({ id: 2, tokenId: 'b' })]);
    expect(list.isRevoked(principal())).toBe(false);
    expect(list.isRevoked(principal({ tokenId: 'b' }))).toBe(true);
  });
});
