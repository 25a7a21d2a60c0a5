import { AppError, LiveSendRequestSchema, TypingRequestSchema } from '@app/contracts';
import { describe, expect, it } from 'vitest';
import { LiveBodyPipe } from './live-body.pipe.js';

describe('LiveBodyPipe', () => {
  const pipe = new LiveBodyPipe(TypingRequestSchema);

  it('passes what the schema knows and nothing else', () => {
    expect(pipe.transform({ receiver: 'bob', typing: true, sender: 'mallory' })).toEqual({
      receiver: 'bob',
      typing: true,
    });
  });

  it.each([[undefined], [null], ['text'], [{ typing: true }], [{ receiver: 'bob', groupId: 1, typing: true }]])(
    'refuses %j with the fields at fault',
    (body) => {
      expect(() => pipe.transform(body)).toThrow(AppError);
    },
  );
});

describe('the content of a message', () => {
  const pipe = new LiveBodyPipe(LiveSendRequestSchema);
  const body = (content: string): unknown => ({ groupId: 1, content });

  it('may hold any whole character', () => {
    expect(pipe.transform(body('😀 \u{10ffff}\r\n\t'))).toEqual({ groupId: 1, content: '😀 \u{10ffff}\r\n\t' });
  });

  it.each(['\ud83d', '\ude00', 'a\ude00\ud83db', '\u0000', '\u007f', ''])('is refused as %j', (content) => {
    expect(() => pipe.transform(body(content))).toThrow(AppError);
  });
});
