import { ConfigError } from '@app/config';
import { describe, expect, it } from 'vitest';
import { StartError, explainListenError, explainStartError } from './start-error.js';

const failure = (code: string): Error => Object.assign(new Error(`listen ${code}`), { code });

describe('what is said when the system cannot start', () => {
  it('has a line for each wrong setting', () => {
    const problems = ['GATEWAY_PORT must be a port', 'LOG_LEVEL must be one of debug, info'];
    expect(explainStartError(new ConfigError(problems))).toEqual(problems);
  });

  it('is one line for anything else', () => {
    expect(explainStartError(new Error('first\nsecond'))).toEqual(['first second']);
    expect(explainStartError('odd')).toEqual(['odd']);
  });

  it.each([
    ['EADDRINUSE', 'AUTH_PORT: port 8081 is in use'],
    ['EACCES', 'AUTH_PORT: port 8081 needs more rights'],
    ['EADDRNOTAVAIL', 'HOST: 203.0.113.7 is not an address of this machine'],
    ['ENOTFOUND', 'HOST: 203.0.113.7 is not an address of this machine'],
  ])('names the setting behind %s', (code, beginning) => {
    const explained = explainListenError(failure(code), 'AUTH_PORT', 8081, '203.0.113.7');
    expect(explained).toBeInstanceOf(StartError);
    expect((explained as Error).message.startsWith(beginning)).toBe(true);
  });

  it('leaves other failures as they are', () => {
    const other = failure('EMFILE');
    expect(explainListenError(other, 'AUTH_PORT', 8081, 'a')).toBe(other);
  });
});
