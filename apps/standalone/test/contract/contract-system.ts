import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { Person, SystemProcess, WireClient, type WireAnswer } from '@app/testing';
import { expect } from 'vitest';
import { checkAnswer } from './answer-rules.js';
import { DocumentedApi, type OpenApi } from './open-api.js';

export type DoorName = 'gateway' | 'auth' | 'chat';
export const DOORS = ['gateway', 'auth', 'chat'] as const satisfies readonly DoorName[];
/** A browser's origin of the list. */
export const ORIGIN = 'http://localhost:5173';

export interface Ask {
  readonly method: string;
  /** As on the wire, with its query. */
  readonly path: string;
  /** Goes as JSON, a text or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
  /** Default: nobody. */
  readonly as?: Person | null;
  /** Default {@link ORIGIN}. */
  readonly origin?: string;
  /** Is the origin one of the list? */
  readonly listed?: boolean;
}

/** A running system whose every answer is checked by the rules that hold of all. */
export class ContractSystem {
  private constructor(
    readonly process: SystemProcess,
    readonly documents: Readonly<Record<DoorName, DocumentedApi>>,
    private readonly wires: Readonly<Record<DoorName, WireClient>>,
    private readonly instanceIds: Readonly<Record<DoorName, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<ContractSystem> {
    const process = await SystemProcess.start({ env: { BCRYPT_COST: '4', ...env } });
    const wires = byDoor((door) => new WireClient(process.urls[door]));
    const live = { method: 'GET', path: '/health/live' };
    const ids = await fromDoors(
      async (door) => (await wires[door].request(live)).headers.get('x-instance-id')?.[0] ?? '',
    );
    const load = async (door: DoorName): Promise<DocumentedApi> => {
      const answer = await wires[door].request<OpenApi>({ method: 'GET', path: '/docs/json' });
      return new DocumentedApi(answer.body);
    };
    return new ContractSystem(process, await fromDoors(load), wires, ids);
  }

  async stop(): Promise<void> {
    for (const wire of Object.values(this.wires)) wire.close();
    expect(await this.process.dispose()).toBe(0);
    expect(this.process.printed.match(/"level":(50|60)[^\n]*/g)).toBeNull();
  }

  person(name = 'p'): Promise<Person> {
    return Person.join(this.process.urls, name);
  }

  people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, () => this.person()));
  }

  instanceId(door: DoorName): string {
    return this.instanceIds[door];
  }

  /** Sends, and checks what holds of every answer. */
  async ask<T = unknown>(
    door: DoorName,
    { method, path, body, headers = {}, as, ...origins }: Ask,
  ): Promise<WireAnswer<T>> {
    const requestId = randomUUID();
    const origin = origins.origin ?? ORIGIN;
    const all: OutgoingHttpHeaders = {
      ...(as ? { authorization: `Bearer ${as.token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      origin,
      'x-request-id': requestId,
      ...headers,
    };
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const request = { method, path, headers: all, ...(payload === undefined ? {} : { body: payload }) };
    const answer = await this.wires[door].request<T>(request);
    checkAnswer(answer, {
      method,
      path: path.split('?', 1)[0]!,
      requestId,
      origin: (origins.listed ?? true) ? origin : null,
      instanceIds: door === 'gateway' ? Object.values(this.instanceIds) : [this.instanceIds[door]],
    });
    return answer;
  }
}

const byDoor = <T>(make: (door: DoorName) => T): Record<DoorName, T> => ({
  gateway: make('gateway'),
  auth: make('auth'),
  chat: make('chat'),
});
async function fromDoors<T>(make: (door: DoorName) => Promise<T>): Promise<Record<DoorName, T>> {
  const [gateway, auth, chat] = await Promise.all(DOORS.map(make));
  return { gateway: gateway!, auth: auth!, chat: chat! };
}
