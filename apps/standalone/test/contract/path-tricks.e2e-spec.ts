import { WireClient } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContractSystem, DOORS } from './contract-system.js';

/** Paths that must not be taken for a public one, or for a protected one past the check (security.md S17). */
const PUBLIC = ['/api/auth/login', '/api/auth/register', '/health/live', '/docs', '/ws'];
const TARGETS = ['/api/auth/profile', '/api/chat/conversations'];

const tricks = (target: string): string[] => [
  ...PUBLIC.flatMap((path) => [
    `${target}${path}`,
    `${path}${target}`,
    `${path}/..${target}`,
    `${path}/../..${target}`,
    `${target}/..${path}/../${target}`,
  ]),
  ...[
    '%2e%2e',
    '%2E%2E',
    '.%2e',
    '..%2f',
    '%2e%2e%2f',
    '..%5c',
    '..\\',
    '%252e%252e',
    '..;',
    '..;/',
    '.',
    '%2e',
    '%00',
    '..%00',
    '%c0%ae%c0%ae',
    '%u002e%u002e',
  ].map((dots) => `/api/auth/login/${dots}${target}`),
  `/${target}`,
  `/.${target}`,
  `/%2e${target}`,
  `/docs/..${target}`,
  `/docs/%2e%2e${target}`,
  `/health/../${target}`,
  `/ws/..${target}`,
  `${target};/api/auth/login`,
  `${target};.css`,
  `${target}%3b`,
  `${target}%00`,
  `${target}%0a`,
  `${target}%20`,
  `${target}.json`,
  `${target}.`,
  `${target}/.`,
  `${target}//`,
  `${target}%2f`,
  `${target}%23`,
  `${target}%3f/api/auth/login`,
  `${target}?/api/auth/login`,
  `${target}?token=x&path=/api/auth/login`,
  target.replace('/api', '/%61pi'),
  target.replace('/api', '/API'),
  target.replace('/api', '\\api'),
  target.replace('/api', '/api/.'),
  target.replace('/api', '//api'),
  target.replace('/api/', '/api%2f'),
  target.replace('/api/', '/api//'),
  target.replace('auth', 'a%75th').replace('chat', 'ch%61t'),
  `http://example.test${target}`,
  `http://localhost/api/auth/login/..${target}`,
  target.slice(1),
];

describe('path tricks', () => {
  let system: ContractSystem;
  beforeAll(async () => {
    system = await ContractSystem.start();
  });
  afterAll(() => system?.stop());

  describe.each(DOORS)('at %s', (door) => {
    it.each(TARGETS)('never reach %s without a token', async (target) => {
      const wire = new WireClient(system.process.urls[door]);
      const all = tricks(target);
      expect(all.length).toBeGreaterThan(60);
      for (const path of all)
        // To what is no HTTP the answer comes before the method is known, with a body, which HEAD must not have.
        for (const method of ['GET', 'POST', 'OPTIONS', ...(path.startsWith('/') ? ['HEAD'] : [])]) {
          const { status, text } = await wire.request({ method, path });
          // 204 is the answer to OPTIONS, which tells nothing of anybody; 200 is the pages of /docs and the answers below /ws.
          const isOpen = (method === 'OPTIONS' && status === 204) || (/^\/(docs|ws)(\/|$)/.test(path) && status < 400);
          expect([method, path, isOpen || [400, 401, 404, 405].includes(status)]).toEqual([method, path, true]);
          expect(text).not.toMatch(/"username"|"conversationId"|"email"/);
        }
      wire.close();
    });

    it('are refused also with a token where a hop could read them otherwise', async () => {
      const alice = await system.person('alice');
      const forms = [
        '/api/auth/../auth/profile',
        '/api/auth/./profile',
        '/api//auth/profile',
        '/api/auth/profile;x=1',
        '/api/auth%2fprofile',
        '/api/auth/%70rofile',
        '/api/auth/profile%00',
        '/api/auth\\profile',
        '/api/auth/profile%',
      ];
      for (const path of forms)
        expect([path, (await system.ask(door, { method: 'GET', path, as: alice })).status]).toEqual([path, 400]);
    });

    it('TRACE tells nothing', async () => {
      const wire = new WireClient(system.process.urls[door]);
      const { status, text } = await wire.request({
        method: 'TRACE',
        path: '/api/auth/profile',
        headers: { authorization: 'Bearer secret' },
      });
      expect([status >= 400 && status < 500, text.includes('secret')]).toEqual([true, false]);
      wire.close();
    });
  });
});
