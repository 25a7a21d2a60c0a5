import { describe, expect, it } from 'vitest';
import { encoderFor } from './stomp-encoder.js';

const text = (frame: Buffer): string => frame.toString('utf8');

describe('StompEncoder', () => {
  it('writes CONNECTED as Spring does, with nothing escaped', () => {
    expect(text(encoderFor('1.2').connected([0, 0], 'a: b'))).toBe(
      'CONNECTED\nversion:1.2\nheart-beat:0,0\nuser-name:a: b\n\n\0',
    );
    expect(text(encoderFor('1.0').connected([1, 2], ''))).toBe('CONNECTED\nversion:1.0\nheart-beat:1,2\n\n\0');
  });

  it('keeps a user name from writing headers', () => {
    expect(text(encoderFor('1.2').connected([0, 0], 'a\nadmin:1\0'))).toBe(
      'CONNECTED\nversion:1.2\nheart-beat:0,0\nuser-name:a admin:1 \n\n\0',
    );
  });

  it('writes RECEIPT', () => {
    expect(text(encoderFor('1.2').receipt('7:7'))).toBe('RECEIPT\nreceipt-id:7\\c7\n\n\0');
  });

  it('writes ERROR with its text as header and body', () => {
    expect(text(encoderFor('1.2').error({ message: 'no: é', receiptId: 'r', version: '1.0,1.1,1.2' }))).toBe(
      'ERROR\nmessage:no\\c é\nversion:1.0,1.1,1.2\nreceipt-id:r\ncontent-type:text/plain\ncontent-length:6\n\nno: é\0',
    );
  });

  it('keeps the order of headers and the bytes of the body', () => {
    const body = Buffer.from([0, 255, 0]);
    const frame = encoderFor('1.1').encode(
      'MESSAGE',
      [
        ['b', '1'],
        ['a', '2'],
        ['content-length', '3'],
      ],
      body,
    );
    expect(frame).toEqual(
      Buffer.concat([Buffer.from('MESSAGE\nb:1\na:2\ncontent-length:3\n\n'), body, Buffer.from([0])]),
    );
  });
});
