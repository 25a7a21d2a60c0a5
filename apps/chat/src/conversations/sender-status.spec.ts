import { describe, expect, it } from 'vitest';
import { senderStatus, type ReaderStay } from './sender-status.js';

const stay = (userId: number, readSeq: number, joinedSeq = 0, leftSeq: number | null = null): ReaderStay => ({
  userId,
  joinedSeq,
  leftSeq,
  readSeq,
});
const nobody = (): boolean => false;

describe("a sender's status", () => {
  it('is DELIVERED when there is nobody to read', () => {
    expect(senderStatus(1, { present: [], gone: [] }, nobody)).toBe('DELIVERED');
  });

  it('is READ when everyone present has read, in order or ahead', () => {
    const present = [stay(1, 5), stay(2, 4)];
    expect(senderStatus(5, { present, gone: [] }, nobody)).toBe('DELIVERED');
    expect(senderStatus(4, { present, gone: [] }, nobody)).toBe('READ');
    expect(senderStatus(5, { present, gone: [] }, (userId) => userId === 2)).toBe('READ');
  });

  it('does not wait for who came later', () => {
    const present = [stay(1, 5), stay(2, 5, 5)];
    expect(senderStatus(5, { present, gone: [] }, nobody)).toBe('READ');
    expect(senderStatus(6, { present, gone: [] }, nobody)).toBe('DELIVERED');
  });

  it('does not wait for who is gone while others are there', () => {
    const readers = { present: [stay(1, 5)], gone: [stay(2, 0, 0, 5)] };
    expect(senderStatus(5, readers, nobody)).toBe('READ');
  });

  it('stays as it was when the last one goes', () => {
    const [read, unread] = [stay(1, 3, 0, 3), stay(2, 0, 0, 3)];
    expect(senderStatus(3, { present: [], gone: [unread, read] }, nobody)).toBe('READ');
    expect(senderStatus(3, { present: [], gone: [read, unread] }, nobody)).toBe('DELIVERED');
  });

  it('looks only at those gone who could read the message', () => {
    const gone = [stay(1, 3, 0, 3), stay(2, 9, 4, 9)];
    expect(senderStatus(3, { present: [stay(3, 9, 8)], gone }, nobody)).toBe('READ');
    expect(senderStatus(4, { present: [], gone }, nobody)).toBe('DELIVERED');
  });
});
