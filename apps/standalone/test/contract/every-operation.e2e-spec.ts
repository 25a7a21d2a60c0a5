import type { ErrorBody } from '@app/contracts';
import type { Person } from '@app/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContractSystem, type DoorName } from './contract-system.js';
import type { DocumentedApi } from './open-api.js';

/** A valid path of an operation, with 1 for every id. */
const fill = (path: string, id = '1'): string => path.replace('{conversationId}', `g:${id}`).replace(/\{\w+\}/g, id);
const codeOf = ({ body }: { body: unknown }): string => (body as ErrorBody).code;

/** security.md S47, and what else is no id in its one form. */
const NO_IDS = [
  '0',
  '-1',
  '+1',
  '01',
  '1.0',
  '1.5',
  '1e3',
  '0x1',
  'abc',
  'NaN',
  'null',
  'undefined',
  '1%20',
  '%201',
  '1,2',
  '%EF%BC%91',
  '%D9%A1',
  '9007199254740992',
  '9007199254740993',
  '99999999999999999',
  '1%27',
  '%5B1%5D',
];

let system: ContractSystem;
let alice: Person;
beforeAll(async () => {
  system = await ContractSystem.start();
  alice = await system.person('alice');
});
afterAll(() => system?.stop());

/** Each operation of a service, tried at the gateway and at the service. */
interface Route {
  readonly door: DoorName;
  readonly method: string;
  readonly path: string;
  readonly document: DocumentedApi;
}
const routes = (matches: (route: Route) => boolean = () => true): Route[] =>
  (['auth', 'chat'] as const).flatMap((service) =>
    system.documents[service].operations.flatMap((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      const document = system.documents[service];
      return (['gateway', service] as const).map((door) => ({ door, method, path, document })).filter(matches);
    }),
  );
const operationOf = ({ method, path }: Route): string => `${method} ${path}`;
const isProtected = (route: Route): boolean => route.document.find(operationOf(route)).security.length > 0;
const hasBody = (route: Route): boolean => route.document.find(operationOf(route)).requestBody !== undefined;

describe('every operation', () => {
  it('asks for a token', async () => {
    const asked = routes(isProtected);
    for (const route of asked) {
      const answer = await system.ask(route.door, { method: route.method, path: fill(route.path) });
      expect([route.door, operationOf(route), answer.status, codeOf(answer)]).toEqual([
        route.door,
        operationOf(route),
        401,
        'UNAUTHENTICATED',
      ]);
      route.document.checkAnswer(operationOf(route), answer);
    }
    expect(asked.length).toBeGreaterThan(70);
  });

  it('asks for a token before anything else: body, media type, size, ids', async () => {
    for (const route of routes((one) => isProtected(one) && hasBody(one))) {
      const path = fill(route.path, '0');
      for (const body of ['{"a":', 'x'.repeat(65_537)]) {
        const answer = await system.ask(route.door, {
          method: route.method,
          path,
          body,
          headers: { 'content-type': 'text/plain' },
        });
        expect([operationOf(route), answer.status]).toEqual([operationOf(route), 401]);
      }
    }
  });

  it('refuses ids that are none, and takes the largest', async () => {
    for (const route of routes(({ path }) => /\{(?!conversationId)\w+\}/.test(path)))
      for (const id of [...NO_IDS, '9007199254740991']) {
        const body = hasBody(route) ? {} : undefined;
        const answer = await system.ask(route.door, {
          method: route.method,
          path: fill(route.path, id),
          body,
          as: alice,
        });
        const label = [route.door, operationOf(route), id];
        if (id === '9007199254740991')
          expect([...label, [200, 400, 404].includes(answer.status)]).toEqual([...label, true]);
        else expect([...label, answer.status]).toEqual([...label, 400]);
        route.document.checkAnswer(operationOf(route), answer);
      }
  });

  it('refuses bodies that are no JSON object', async () => {
    const wrong = {
      'cut off': '{"a":',
      text: '"a"',
      number: '7',
      list: '[]',
      null: 'null',
      'not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      'single quotes': "{'a':1}",
      'two values': '{}{}',
      'trailing comma': '{"a":1,}',
      NaN: '{"a":NaN}',
      empty: '',
    };
    for (const route of routes((one) => hasBody(one)))
      for (const [name, body] of Object.entries(wrong)) {
        const answer = await system.ask(route.door, { method: route.method, path: fill(route.path), body, as: alice });
        const label = [route.door, operationOf(route), name];
        // 404: of ids in the path nobody has said that they exist.
        expect([...label, answer.status]).toEqual([...label, 400]);
        route.document.checkAnswer(operationOf(route), answer);
      }
  });

  it('refuses other media types', async () => {
    for (const route of routes((one) => hasBody(one)))
      for (const type of [
        'text/plain',
        'application/xml',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
        'application/json5',
      ]) {
        const answer = await system.ask(route.door, {
          method: route.method,
          path: fill(route.path),
          body: '{}',
          as: alice,
          headers: { 'content-type': type },
        });
        expect([route.door, operationOf(route), type, answer.status]).toEqual([
          route.door,
          operationOf(route),
          type,
          415,
        ]);
        route.document.checkAnswer(operationOf(route), answer);
      }
  });

  it('names the methods that there are: 405 and Allow', async () => {
    for (const route of routes()) {
      const answer = await system.ask(route.door, { method: 'PATCH', path: fill(route.path), as: alice });
      expect([operationOf(route), answer.status, codeOf(answer)]).toEqual([
        operationOf(route),
        405,
        'METHOD_NOT_ALLOWED',
      ]);
      expect(answer.headers.get('allow')![0]!.split(', ')).toContain(route.method);
    }
  });

  it('answers preflights without a token, and browsers’ origins of the list only', async () => {
    for (const route of routes()) {
      const headers = {
        'access-control-request-method': route.method,
        'access-control-request-headers': 'authorization,content-type',
      };
      const answer = await system.ask(route.door, { method: 'OPTIONS', path: fill(route.path), headers });
      expect([operationOf(route), answer.status, answer.text]).toEqual([operationOf(route), 204, '']);
      expect(answer.headers.get('access-control-allow-methods')![0]!.split(', ')).toContain(route.method);
      expect(answer.headers.get('access-control-allow-headers')).toEqual(['authorization,content-type']);
      expect(answer.headers.get('access-control-allow-credentials')).toEqual(['true']);
      const foreign = {
        method: 'OPTIONS',
        path: fill(route.path),
        headers,
        origin: 'https://evil.test',
        listed: false,
      };
      expect((await system.ask(route.door, foreign)).headers.get('access-control-allow-methods')).toBeUndefined();
    }
  });
});
