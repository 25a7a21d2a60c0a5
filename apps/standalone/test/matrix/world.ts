import {
  DatabaseWatch,
  Person,
  RestClient,
  StompSocket,
  SystemProcess,
  WireClient,
  dumpChanges,
  type WireAnswer,
} from '@app/testing';
import { expect, vi } from 'vitest';
import { badCredentials, type BadCredentials, type EndedTokens } from './bad-tokens.js';
import type { DoorName } from './matrix.js';
import { Tap, Witness } from './tap.js';

const SECRET = 'the secret of the matrix, known to its tests only';

/** Who watches while something happens, and of which groups they are members. */
export interface Audience {
  readonly watch: readonly Person[];
  readonly groupId?: number;
  /** Of those who watch; default all. */
  readonly members?: readonly Person[];
  /** Serves many cells. */
  readonly lasting?: boolean;
}

/** A running system of which the tests know the secret and may read the database, and somebody to prove that nothing came. */
export class World {
  readonly secret = SECRET;

  /** Taps for which everything under way has come, and nothing has been done since. */
  private readonly quiet = new WeakSet<Tap>();

  private constructor(
    readonly system: SystemProcess,
    readonly database: DatabaseWatch,
    private readonly wires: Readonly<Record<DoorName, WireClient>>,
    private readonly witness: Witness,
    private readonly ended: EndedTokens,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<World> {
    const system = await SystemProcess.start({ env: { JWT_SECRET: SECRET, BCRYPT_COST: '4', ...env } });
    const { urls, dataDir } = system;
    const wires = {
      gateway: new WireClient(urls.gateway),
      auth: new WireClient(urls.auth),
      chat: new WireClient(urls.chat),
    };
    const person = await Person.join(urls, 'witness');
    const chat = new RestClient(urls.chat, person.token);
    const witness = new Witness(await StompSocket.connect(urls.chat, person.token), (id, content) =>
      chat.ok('POST', '/api/chat/messages', { receiver: { id }, content }),
    );
    return new World(system, new DatabaseWatch(dataDir), wires, witness, await endTokens(system));
  }

  async stop(): Promise<void> {
    this.database.close();
    for (const wire of Object.values(this.wires)) wire.close();
    const code = await this.system.dispose();
    expect([code, this.system.printed.match(/"level":(50|60)[^\n]*/g)]).toEqual([0, null]);
  }

  person(name = 'p'): Promise<Person> {
    return Person.join(this.system.urls, name);
  }

  people(count: number): Promise<Person[]> {
    return Promise.all(Array.from({ length: count }, () => this.person()));
  }

  url(door: DoorName): string {
    return this.system.urls[door];
  }

  send<T = unknown>(door: DoorName, request: Parameters<WireClient['request']>[0]): Promise<WireAnswer<T>> {
    return this.wires[door].request<T>(request);
  }

  badCredentials(person: Person): BadCredentials[] {
    return badCredentials(SECRET, person, this.ended);
  }

  tap(person: Person, groupIds: readonly number[] = []): Promise<Tap> {
    return Tap.open(person, this.url('chat'), groupIds);
  }

  tapAll({ watch, groupId, members = watch }: Audience): Promise<Tap[]> {
    const groupsOf = (person: Person): number[] => (groupId !== undefined && members.includes(person) ? [groupId] : []);
    return Promise.all(watch.map((person) => this.tap(person, groupsOf(person))));
  }

  /** Everything under way has come to the taps; from now on they count. */
  async settle(taps: readonly Tap[]): Promise<void> {
    for (const tap of taps) this.quiet.delete(tap);
    await this.witness.mark(taps);
    for (const tap of taps) tap.forget();
  }

  mark(taps: readonly Tap[]): Promise<void> {
    return this.witness.mark(taps);
  }

  /** Runs `act` and asserts that no row has changed and that nothing came to the taps. */
  async withoutEffect<T>(taps: readonly Tap[], act: () => Promise<T>): Promise<T> {
    if (taps.every((tap) => this.quiet.has(tap))) for (const tap of taps) tap.forget();
    else await this.settle(taps);
    const result = await this.withoutTrace(act);
    await this.mark(taps);
    expect(taps.map((tap) => tap.seen())).toEqual(taps.map(() => []));
    for (const tap of taps) this.quiet.add(tap);
    return result;
  }

  /** Runs `act` and asserts that no row has changed. */
  async withoutTrace<T>(act: () => Promise<T>): Promise<T> {
    const before = this.database.dump();
    const result = await act();
    expect(dumpChanges(before, this.database.dump())).toEqual([]);
    return result;
  }
}

async function endTokens({ urls }: SystemProcess): Promise<EndedTokens> {
  const [one, all, changed, deleted] = await Promise.all([1, 2, 3, 4].map(() => Person.join(urls, 'ended')));
  const [loggedOut, beforePasswordChange] = [one!.token, await changed!.logIn()];
  await one!.rest.ok('POST', '/api/auth/logout');
  await all!.rest.ok('POST', '/api/auth/logout?all=true');
  await changed!.rest.ok('PUT', '/api/auth/password', { oldPassword: changed!.password, newPassword: 'another horse' });
  await deleted!.rest.ok('DELETE', '/api/auth/profile', { password: deleted!.password });
  const tokens = { loggedOut, loggedOutEverywhere: all!.token, beforePasswordChange, ofDeletedUser: deleted!.token };
  await Promise.all(Object.values(tokens).map((token) => untilRefused(urls.chat, token)));
  return tokens;
}

/** Chat reads revocations twice a second. */
async function untilRefused(baseUrl: string, token: string): Promise<void> {
  const wire = new WireClient(baseUrl);
  const request = { method: 'GET', path: '/api/chat/conversations', headers: { authorization: `Bearer ${token}` } };
  const isRefused = async (): Promise<void> => expect((await wire.request(request)).status).toBe(401);
  await vi.waitFor(isRefused, { timeout: 2_000, interval: 50 });
  wire.close();
}
