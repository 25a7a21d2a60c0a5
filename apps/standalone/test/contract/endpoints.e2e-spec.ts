import type { ErrorBody } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_CASES } from './cases/account.cases.js';
import { makeCast, type Cast } from './cases/cast.js';
import type { CaseRequest, ContractCase } from './cases/contract-case.js';
import { GROUP_CASES } from './cases/group.cases.js';
import { HISTORY_CASES } from './cases/history.cases.js';
import { MESSAGE_CASES } from './cases/message.cases.js';
import { PEOPLE_CASES } from './cases/people.cases.js';
import { READING_CASES } from './cases/reading.cases.js';
import { ContractSystem, type DoorName } from './contract-system.js';

const CASES = [...ACCOUNT_CASES, ...PEOPLE_CASES, ...MESSAGE_CASES, ...HISTORY_CASES, ...READING_CASES, ...GROUP_CASES];
const OPERATIONS = [...new Set(CASES.map(({ operation }) => operation))];
const CHAT = /^\S+ \/api\/(chat|groups)(\/|$)/;
const doorsOf = (operation: string): DoorName[] => ['gateway', CHAT.test(operation) ? 'chat' : 'auth'];

/** Documented for every operation alike; other specs bring them about. */
const COMMON = new Set([
  'BAD_REQUEST',
  'VALIDATION_FAILED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'UNAUTHENTICATED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]);
/** Only when a dependency is away, or at another setting. */
const ELSEWHERE = new Set(['PRESENCE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'GROUP_FULL']);

let system: ContractSystem;
let cast: Cast;

const pathOf = (operation: string, { params = [], query = '' }: CaseRequest): string => {
  const left = [...params];
  return operation.split(' ')[1]!.replace(/\{\w+\}/g, () => String(left.shift())) + query;
};

async function tryCase(door: DoorName, { operation, expected, request, field, check }: ContractCase): Promise<void> {
  const asked = await request(cast);
  const { as, body } = asked;
  const method = operation.split(' ')[0]!;
  const answer = await system.ask(door, { method, path: pathOf(operation, asked), body, as });
  const [status, code] = expected.split(' ');
  expect([answer.status, answer.text.slice(0, 400)]).toEqual([Number(status), expect.anything()]);
  if (code !== undefined) expect((answer.body as ErrorBody).code).toBe(code);
  const fields = (answer.body as ErrorBody | null)?.details?.map((detail) => detail.field) ?? [];
  if (field !== undefined) expect(fields.some((name) => name === field || name.startsWith(`${field}.`))).toBe(true);
  const document = system.documents[doorsOf(operation)[1]!];
  document.checkAnswer(operation, answer);
  if (status === '200')
    expect(answer.headers.get('x-instance-id')).toEqual([system.instanceId(doorsOf(operation)[1]!)]);
  if (status === '200' && body !== undefined) document.checkRequest(operation, JSON.parse(JSON.stringify(body)));
  check?.(answer, asked);
}

describe('every endpoint', () => {
  beforeAll(async () => {
    system = await ContractSystem.start();
    cast = await makeCast(system);
  });
  afterAll(() => system?.stop());

  describe.each(OPERATIONS)('%s', (operation) => {
    const cases = CASES.filter((one) => one.operation === operation);
    describe.each(doorsOf(operation))('at %s', (door) => {
      it.each(cases.map((one) => [one.name, one.expected, one] as const))('%s: %s', (_name, _expected, one) =>
        tryCase(door, one),
      );
    });
  });

  it('is documented, and every one that is documented is tried, with each of its codes', () => {
    const documented = [...system.documents.auth.operations, ...system.documents.chat.operations];
    expect(OPERATIONS.toSorted()).toEqual(documented.toSorted());
    for (const operation of OPERATIONS) {
      const codes = system.documents[doorsOf(operation)[1]!].codesOf(operation);
      const tried = new Set(
        CASES.filter((one) => one.operation === operation).map(({ expected }) => expected.split(' ')[1]),
      );
      const missing = codes.filter((code) => !COMMON.has(code) && !ELSEWHERE.has(code) && !tried.has(code));
      expect([operation, missing]).toEqual([operation, []]);
    }
  });

  it('is judged by a document that sees what is wrong', async () => {
    const operation = 'GET /api/auth/profile';
    const answer = await system.ask('auth', { method: 'GET', path: '/api/auth/profile', as: cast.alice });
    const { auth } = system.documents;
    auth.checkAnswer(operation, answer);
    const body = answer.body as object;
    for (const wrong of [{ ...body, id: '1' }, { ...body, password: 'x' }, { ...body, about: undefined }, {}, []])
      expect(() =>
        auth.checkAnswer(operation, { ...answer, body: JSON.parse(JSON.stringify(wrong)) as unknown }),
      ).toThrow();
    expect(() => auth.checkAnswer(operation, { ...answer, status: 409 })).toThrow();
  });

  it('stands in the gateway’s merged document as in the service’s own', () => {
    const { gateway, auth, chat } = system.documents;
    expect(gateway.operations.toSorted()).toEqual([...auth.operations, ...chat.operations].toSorted());
    expect([gateway, auth, chat].map(({ document }) => document.openapi)).toEqual(['3.1.0', '3.1.0', '3.1.0']);
    for (const operation of OPERATIONS)
      expect(gateway.find(operation)).toEqual(system.documents[doorsOf(operation)[1]!].find(operation));
  });
});
