import type { Socket } from 'node:net';

const MAX_HEAD_BYTES = 16_384;
const HEAD_END = Buffer.from('\r\n\r\n');

/** The head of a service's answer to an upgrade, byte for byte, and what came behind it. */
export interface ServiceAnswer {
  readonly status: number;
  readonly head: Buffer;
  readonly rest: Buffer;
}

/**
 * Reads up to the end of the answer's head and leaves the socket paused. Rejects when the connection ends before, when the head is no HTTP or
 * larger than 16 KiB, or after `timeoutMs`.
 */
export function readAnswer(service: Socket, timeoutMs: number): Promise<ServiceAnswer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (outcome: ServiceAnswer | Error): void => {
      clearTimeout(timer);
      service.off('data', take).off('close', closed).pause();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const take = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0 && bytes.length <= MAX_HEAD_BYTES) return;
      const status = /^HTTP\/1\.[01] ([2-5]\d\d|101)[ \r]/.exec(bytes.toString('latin1', 0, 16))?.[1];
      if (end < 0 || status === undefined) return settle(new Error('the service answered no HTTP'));
      const split = end + HEAD_END.length;
      settle({ status: Number(status), head: bytes.subarray(0, split), rest: bytes.subarray(split) });
    };
    const closed = (): void => settle(service.errored ?? new Error('the service closed the connection'));
    const timer = setTimeout(() => settle(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    service.on('data', take).on('close', closed);
  });
}

/** The head as it came, but with `Connection: close`: a refused upgrade ends the connection, so that nothing can ride behind it. */
export function closingHead(head: Buffer): Buffer {
  const lines = head.toString('latin1').slice(0, -HEAD_END.length).split('\r\n');
  const kept = lines.filter((line) => !/^(connection|keep-alive):/i.test(line));
  return Buffer.from(`${kept.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
}
