import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerLevel } from './logger.js';
import { NestPinoLogger } from './nest-pino-logger.js';

function capture(level: LoggerLevel = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({ name: 'chat', level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('a line', () => {
  it('is one JSON object with level, time, name and text', () => {
    const { logger, lines, last } = capture();
    logger.info({ count: 3 }, 'relay published');
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      name: 'chat',
      count: 3,
      msg: 'relay published',
    });
    expect(lines).toHaveLength(1);
  });

  it('cannot be split by what it says', () => {
    const { logger, lines, last } = capture();
    logger.warn({ username: 'bob\n{"level":"info"}' }, 'a\r\nb');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ msg: 'a\r\nb', username: 'bob\n{"level":"info"}' });
  });

  it('below the level is not written', () => {
    const { logger, lines } = capture('warn');
    logger.info('nothing');
    logger.debug('nothing');
    expect(lines).toEqual([]);
  });

  it('of a child has its fields', () => {
    const { logger, last } = capture();
    logger.child({ requestId: 'r1' }).info('x');
    expect(last()).toMatchObject({ requestId: 'r1', name: 'chat' });
  });
});

describe('what never stands in a line', () => {
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl';

  it.each(['password', 'newPassword', 'token', 'secret', 'authorization', 'cookie', 'content', 'body', 'payload'])(
    'a field named %s, here or one level down',
    (field) => {
      const { logger, lines } = capture();
      logger.info({ [field]: 'hunter2', request: { [field]: 'hunter2', id: 1 } }, 'x');
      logger.child({ [field]: 'hunter2' }).info('y');
      expect(lines.join('')).not.toContain('hunter2');
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request: { id: 1 } });
    },
  );

  it('a token or the password of a URL inside a text or an error', () => {
    const { logger, lines, last } = capture();
    const cause = new Error(`connect mysql://chat:hunter2@db:3306 failed`);
    logger.error({ err: new Error(`bad token ${TOKEN}`, { cause }) }, `Authorization: Bearer ${TOKEN}`);
    expect(lines.join('')).not.toMatch(/hunter2|eyJ/);
    expect(last()).toMatchObject({
      msg: 'Authorization: Bearer ***',
      err: { type: 'Error', message: 'bad token ***', cause: { message: 'connect mysql://chat:***@db:3306 failed' } },
    });
  });
});

describe("Nest's own lines", () => {
  it('keep their context and their level', () => {
    const { logger, lines, last } = capture();
    const nest = new NestPinoLogger(logger);
    nest.log('listening', 'Main');
    expect(last()).toMatchObject({ level: 'info', context: 'Main', msg: 'listening' });
    nest.warn('careful', 'Main');
    expect(last()).toMatchObject({ level: 'warn' });
    nest.verbose('small', 'Main');
    expect(last()).toMatchObject({ level: 'debug' });
    nest.debug('small', 'Main');
    nest.fatal('over', 'Main');
    expect(last()).toMatchObject({ level: 'error', msg: 'over' });
    expect(lines).toHaveLength(5);
  });

  it('carry errors and stacks', () => {
    const { logger, last } = capture();
    const nest = new NestPinoLogger(logger);
    nest.error(new TypeError('broken'), 'Main');
    expect(last()).toMatchObject({ msg: 'broken', context: 'Main', err: { type: 'TypeError' } });
    nest.error('broken', 'Error: broken\n    at here', 'Main');
    expect(last()).toMatchObject({ msg: 'broken', stack: 'Error: broken\n    at here', context: 'Main' });
  });

  it('are for those who debug when they only tell of the start', () => {
    const { logger, last } = capture();
    new NestPinoLogger(logger).log('Mapped {/api}', 'RouterExplorer');
    expect(last()).toMatchObject({ level: 'debug' });
  });
});
