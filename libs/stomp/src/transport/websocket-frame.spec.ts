import { describe, expect, it } from 'vitest';
import { sendableCode, sendableReason } from './close-code.js';
import { MessageFramer, PING_FRAME, messageFrame } from './websocket-frame.js';

describe('WebSocket frames', () => {
  it.each([
    [0, '8100'],
    [125, '817d'],
    [126, '817e007e'],
    [65_535, '817effff'],
    [65_536, '817f0000000000010000'],
  ])('%d bytes', (length, head) => {
    const payload = Buffer.alloc(length, 7);
    const frame = messageFrame(payload, false);
    expect(frame.toString('hex', 0, head.length / 2)).toBe(head);
    expect(frame.subarray(head.length / 2).equals(payload)).toBe(true);
  });

  it('marks binary, and a ping is empty', () => {
    expect(messageFrame(Buffer.from('a'), true).toString('hex')).toBe('820161');
    expect(PING_FRAME.toString('hex')).toBe('8900');
  });

  it('builds a broadcast frame once, binary when asked or not UTF-8', () => {
    const framer = new MessageFramer();
    const text = Buffer.from('é');
    const frame = framer.framed(text, false);
    expect(frame[0]).toBe(0x81);
    expect(framer.framed(text, false)).toBe(frame);
    expect(framer.framed(text, true)[0]).toBe(0x82);
    expect(framer.framed(text, false)[0]).toBe(0x81);
    expect(framer.framed(Buffer.from([0xc3]), false)[0]).toBe(0x82);
    expect(framer.framed(Buffer.from('é'), false)).not.toBe(frame);
  });
});

describe('close frames', () => {
  it.each([
    [1000, 1000],
    [1003, 1003],
    [1004, 1011],
    [1005, 1011],
    [1006, 1011],
    [1007, 1007],
    [1014, 1014],
    [1015, 1011],
    [2999, 1011],
    [3000, 3000],
    [4999, 4999],
    [5000, 1011],
    [0, 1011],
  ])('code %d goes out as %d', (code, sent) => {
    expect(sendableCode(code)).toBe(sent);
  });

  it('cuts the reason between characters', () => {
    expect(sendableReason('short')).toBe('short');
    expect(sendableReason('a'.repeat(200))).toBe('a'.repeat(123));
    expect(sendableReason('😀'.repeat(40))).toBe('😀'.repeat(30));
  });
});
