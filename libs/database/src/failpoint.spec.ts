import { afterEach, describe, expect, it, vi } from 'vitest';
import { armFailpoints, failpoint } from './failpoint.js';

describe('failpoint', () => {
  afterEach(() => armFailpoints(undefined));

  it('does nothing unless armed under its name', () => {
    failpoint('send.before_tx');
    armFailpoints('send.after_seq:throw');
    failpoint('send.before_tx');
    expect(() => failpoint('send.after_seq')).toThrow('failpoint send.after_seq');
    armFailpoints('');
    failpoint('send.after_seq');
  });

  it('acts at one hit only when told so', () => {
    armFailpoints('a.b:throw@2, c:throw');
    failpoint('a.b');
    expect(() => failpoint('a.b')).toThrow('failpoint a.b');
    failpoint('a.b');
    expect(() => failpoint('c')).toThrow('failpoint c');
  });

  it('freezes the process for a time', () => {
    armFailpoints('a:stop:30');
    const start = performance.now();
    failpoint('a');
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  it('kills the process without a last word', () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    armFailpoints('a:kill@2');
    failpoint('a');
    expect(kill).not.toHaveBeenCalled();
    failpoint('a');
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
    kill.mockRestore();
  });

  it.each(['a', 'a:explode', 'a:stop', ':throw', 'a:throw@0', 'a:throw;b:throw'])('refuses "%s"', (spec) => {
    expect(() => armFailpoints(spec)).toThrow(RangeError);
  });
});
