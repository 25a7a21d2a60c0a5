import type { LiveError } from '@app/contracts';
import { StompSocket, type Person } from '@app/testing';
import { expect } from 'vitest';
import { idOf, type Cell, type StompRow } from '../matrix.js';
import type { Tap } from '../tap.js';
import type { Audience, World } from '../world.js';
import type { FrameCall, StompCall, StompRecipes } from './stomp-call.js';

type StompCell = Cell<StompRow>;

const JUDGED = 'judged-receipt';
const ERRORS = '/user/queue/errors';
/** Every bad token is tried at CONNECT; behind it a few show that nothing more is read. */
const FEW = new Set(['expired', 'another key', 'logged out']);

/** The ERROR that ends a session, and the close behind it. */
export async function expectClosed(session: StompSocket, code: string | null, timeoutMs = 5_000): Promise<void> {
  await session.frames.find(({ command }) => command === 'ERROR', timeoutMs);
  const closed = await session.closes.find(undefined, timeoutMs);
  expect(closed).toBe(code === null ? closed : Number(code));
}

/** Tries cells against one world, one after the other. */
export class StompCells {
  private readonly lasting = new Map<Audience, Tap[]>();
  private unread: { readonly id: string; readonly call: FrameCall } | null = null;

  constructor(
    private readonly world: World,
    private readonly recipes: StompRecipes,
  ) {}

  async try(cell: StompCell): Promise<void> {
    const call = await this.callOf(cell);
    if ('run' in call) return call.run(cell.door);
    const taps = await this.tapsOf(call.audience);
    if (cell.case === 'none' || cell.case === 'bad') await this.expectUnread(cell, call, taps);
    else await this.tryConnected(cell, call, taps);
    if (!call.audience.lasting) for (const tap of taps) tap.close();
    return undefined;
  }

  /** What is not read does nothing, so that one scene serves every cell without a good token. */
  private async callOf({ row, case: name }: StompCell): Promise<StompCall> {
    const id = idOf(row);
    const isUnread = name === 'none' || name === 'bad';
    if (isUnread && this.unread?.id === id) return this.unread.call;
    const call = await this.recipes[id]!(this.world, name);
    if (!isUnread || 'run' in call) return call;
    const lasting = { ...call, audience: { ...call.audience, lasting: true } };
    this.unread = { id, call: lasting };
    return lasting;
  }

  private async tapsOf(audience: Audience): Promise<Tap[]> {
    const taps = this.lasting.get(audience) ?? (await this.world.tapAll(audience));
    if (audience.lasting) this.lasting.set(audience, taps);
    return taps;
  }

  private async tryConnected(cell: StompCell, call: FrameCall, taps: readonly Tap[]): Promise<void> {
    const session = await StompSocket.connect(this.world.url(cell.door), call.caller.token);
    await session.confirmed('SUBSCRIBE', { id: ERRORS, destination: ERRORS });
    await call.before?.(session);
    const { kind, code } = cell.outcome;
    if (kind === 'OK') await this.expectDone(call, session, taps);
    else if (kind === 'DENY') await this.world.withoutEffect(taps, () => expectDenied(call, session, code!));
    else await this.world.withoutEffect(taps, () => expectReceipt(call, session));
    if (kind !== 'DENY') expect(session.messages(ERRORS).filter(({ body }) => body.includes(JUDGED))).toEqual([]);
    await receiptsUpToNow(session);
    session.drop();
  }

  /** Without CONNECT, or behind one that is refused: ERROR, close, and what was sent is not read. */
  private async expectUnread({ case: name, door }: StompCell, call: FrameCall, taps: readonly Tap[]): Promise<void> {
    const tokens = name === 'none' ? [null] : this.tokensFor(call.caller);
    await this.world.withoutEffect(taps, async () => {
      for (const token of tokens) {
        const session = await StompSocket.open(this.world.url(door));
        if (token !== null) session.sayConnect(token);
        sendAll(call, session);
        await expectClosed(session, '1002');
        expect(session.frames.all.map(({ command }) => command)).toEqual(['ERROR']);
      }
    });
  }

  private tokensFor(person: Person): string[] {
    const few = this.world.badCredentials(person).filter(({ kind }) => FEW.has(kind));
    return few.map(({ token }) => token!);
  }

  private async expectDone(call: FrameCall, session: StompSocket, taps: readonly Tap[]): Promise<void> {
    await this.world.settle(taps);
    const act = (): Promise<void> => expectReceipt(call, session);
    await (call.traceless ? this.world.withoutTrace(act) : act());
    await call.effect?.(session);
    for (const tap of taps) for (const { destination } of call.sees?.get(tap.person) ?? []) await tap.find(destination);
    await this.world.mark(taps);
    for (const tap of taps) expect(sorted(tap.seen())).toEqual(sorted(call.sees?.get(tap.person) ?? []));
  }
}

const sorted = <T extends { readonly destination: string }>(seen: readonly T[]): T[] =>
  seen.toSorted((a, b) => a.destination.localeCompare(b.destination));

function sendAll({ frames, judged = frames.length - 1 }: FrameCall, session: StompSocket): void {
  for (const [index, { command, headers, body }] of frames.entries())
    session.send(command, index === judged ? { ...headers, receipt: JUDGED } : headers, body);
}

async function expectReceipt(call: FrameCall, session: StompSocket): Promise<void> {
  sendAll(call, session);
  await session.receipt(JUDGED);
}

async function expectDenied(call: FrameCall, session: StompSocket, code: string): Promise<void> {
  sendAll(call, session);
  const { headers } = call.frames[call.judged ?? call.frames.length - 1]!;
  const error = await session.message<LiveError>(ERRORS);
  expect(error).toMatchObject({ code, destination: headers['destination'] ?? null, receiptId: JUDGED });
  expect((await receiptsUpToNow(session)).filter((id) => id === JUDGED)).toEqual([]);
}

/** The session lives on, and what was answered until now is known. */
async function receiptsUpToNow(session: StompSocket): Promise<string[]> {
  await session.confirmed('UNSUBSCRIBE', { id: 'nothing' });
  return session.frames.all.flatMap(({ command, headers }) =>
    command === 'RECEIPT' ? [headers['receipt-id'] ?? ''] : [],
  );
}
