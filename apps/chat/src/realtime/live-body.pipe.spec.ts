import { AppError, TypingRequestSchema } from '@app/contracts';
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
