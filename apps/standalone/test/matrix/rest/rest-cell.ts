import type { OutgoingHttpHeaders } from 'node:http';
import { ErrorBodySchema } from '@app/contracts';
import { forgeToken, type WireAnswer } from '@app/testing';
import { expect } from 'vitest';
import { idOf, type Cell, type RestRow } from '../matrix.js';
import type { Tap } from '../tap.js';
import type { World } from '../world.js';
import type { RestCall, RestRecipes } from './rest-call.js';

type RestCell = Cell<RestRow>;

interface Credentials {
  readonly kind: string;
  readonly headers: OutgoingHttpHeaders;
  readonly query?: string;
}

interface Scene {
  readonly call: RestCall;
  readonly taps: readonly Tap[];
}

/** Cases in which a good token would be allowed: nothing happens in their scene, so that one serves a row's. */
const WITHOUT_GOOD_TOKEN = new Set(['none', 'bad', 'admin']);
/** Where no token is looked at, a few bad ones show it. */
const FEW = new Set(['expired', 'another key', 'no token at all', 'another scheme', 'logged out']);

/** Tries cells against one world, one after the other. */
export class RestCells {
  private shared: { readonly id: string; readonly scene: Scene } | null = null;

  constructor(
    private readonly world: World,
    private readonly recipes: RestRecipes,
  ) {}

  async try(cell: RestCell): Promise<void> {
    if (Number(cell.outcome.kind) >= 400) await this.expectRefused(cell);
    else await this.expectAllowed(cell);
  }

  private recipe({ row, case: name }: RestCell): Promise<RestCall> {
    return this.recipes[idOf(row)]!(this.world, name);
  }

  private async expectRefused(cell: RestCell): Promise<void> {
    const { call, taps } = await this.sceneOf(cell);
    const answers = await this.world.withoutEffect(taps, async () => {
      const all: [string, WireAnswer][] = [];
      for (const credentials of this.credentialsOf(cell, call))
        all.push([credentials.kind, await this.send(cell, call, credentials)]);
      return all;
    });
    const { kind: status, code } = cell.outcome;
    for (const [kind, answer] of answers) {
      expect([kind, answer.status, answer.body]).toEqual([kind, Number(status), expect.objectContaining({ code })]);
      expect(ErrorBodySchema.parse(answer.body).status).toBe(answer.status);
    }
  }

  /** One scene for each kind of credentials: what is allowed changes things. */
  private async expectAllowed(cell: RestCell): Promise<void> {
    const first = await this.recipe(cell);
    const kinds = this.credentialsOf(cell, first).map(({ kind }) => kind);
    for (const [index, kind] of kinds.entries()) {
      const call = index === 0 ? first : await this.recipe(cell);
      const answer = await this.send(cell, call, this.credentialsOf(cell, call)[index]!);
      const { status, text } = answer;
      expect([kind, status, text.slice(0, 300)]).toEqual([kind, Number(cell.outcome.kind), expect.anything()]);
      await call.effect?.(answer);
    }
  }

  private async sceneOf(cell: RestCell): Promise<Scene> {
    const id = idOf(cell.row);
    if (WITHOUT_GOOD_TOKEN.has(cell.case) && this.shared?.id === id) return this.shared.scene;
    this.shared?.scene.taps.forEach((tap) => tap.close());
    const call = await this.recipe(cell);
    const scene = { call, taps: await this.world.tapAll(call.audience) };
    this.shared = { id: WITHOUT_GOOD_TOKEN.has(cell.case) ? id : '', scene };
    return scene;
  }

  /** With what the caller of a cell comes: nothing, each kind of bad credentials, or a good token. */
  private credentialsOf({ case: name, row, door, outcome }: RestCell, { caller }: RestCall): Credentials[] {
    if (name === 'none') return [{ kind: 'none', headers: {} }];
    if (name === 'bad') {
      const isGatewaysOwn = door === 'gateway' && row.service === null;
      const matter = this.world.badCredentials(caller).filter(({ ended }) => !(ended && isGatewaysOwn));
      return outcome.code === 'UNAUTHENTICATED' ? matter : matter.filter(({ kind }) => FEW.has(kind));
    }
    const role = { claims: { role: 'ADMIN' } };
    const token = name === 'admin' ? forgeToken(this.world.secret, caller, role) : caller.token;
    return [{ kind: 'a token', headers: { authorization: `Bearer ${token}` } }];
  }

  private send({ row, door }: RestCell, call: RestCall, { headers, query }: Credentials): Promise<WireAnswer> {
    const method = row.operation.split(' ', 1)[0]!;
    const path = query === undefined ? call.path : `${call.path}${call.path.includes('?') ? '&' : '?'}${query}`;
    if (call.body === undefined)
      return this.world.send(door, { method, path, headers: { ...call.headers, ...headers } });
    const body = typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
    const all = { 'content-type': 'application/json', ...call.headers, ...headers };
    return this.world.send(door, { method, path, headers: all, body });
  }
}
