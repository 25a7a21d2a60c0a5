import { describe, expect, it } from 'vitest';
import { negotiateHeartbeat } from './heart-beats.js';
import { StompProtocolError } from './stomp-protocol-error.js';

describe('negotiateHeartbeat', () => {
  it.each([
    ['10000,10000', [10_000, 10_000], [10_000, 10_000]],
    ['4000,4000', [10_000, 10_000], [10_000, 10_000]],
    ['20000,30000', [10_000, 10_000], [30_000, 20_000]],
    ['0,5000', [2_000, 2_000], [5_000, 0]],
    ['5000,0', [2_000, 2_000], [0, 5_000]],
    ['4000,4000', [0, 0], [0, 0]],
    ['-1,4000', [2_000, 2_000], [4_000, 0]],
    ['1000, 1000', [2_000, 2_000], [2_000, 2_000]],
    ['1000', [2_000, 2_000], [0, 0]],
    [undefined, [2_000, 2_000], [0, 0]],
  ] as const)('%j with the server at %j', (header, server, [sendEveryMs, expectEveryMs]) => {
    expect(negotiateHeartbeat(header, server)).toEqual({ sendEveryMs, expectEveryMs });
  });

  it.each(['abc,1', '1,', ',', '1,2,3', '1e3,1', 'NaN,1'])('%j is a protocol error', (header) => {
    expect(() => negotiateHeartbeat(header, [1, 1])).toThrow(StompProtocolError);
  });
});
