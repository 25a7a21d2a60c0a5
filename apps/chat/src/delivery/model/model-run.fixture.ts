import type { AppendedRecord } from '../../outbox/index.js';
import { ModelLog } from './model-bus.fixture.js';
import { ModelInstance, type ModelClient, type ModelSettings, type Parts } from './model-instance.fixture.js';
import { ModelDatabase } from './model-outbox.fixture.js';

type Random = (below: number) => number;

function makeRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const STEPS = 120;
const WEIGHTED = (
  'commit commit commit localPush localPush publish publish mark mark consume consume consume consume ' +
  'subscribe leave crash start freeze thaw adopt bus poll evict'
).split(' ') as Action[];
type Action =
  | 'commit'
  | 'localPush'
  | 'publish'
  | 'mark'
  | 'consume'
  | 'subscribe'
  | 'leave'
  | 'crash'
  | 'start'
  | 'freeze'
  | 'thaw'
  | 'adopt'
  | 'bus'
  | 'poll'
  | 'evict';

/**
 * Random steps of several instances over one conversation, each atomic action apart from the next, so that a crash, a freeze or an outage can
 * come between any two. Then everything heals and drains.
 */
export class ModelRun {
  private readonly random: Random;
  private readonly log = new ModelLog();
  private readonly database = new ModelDatabase(() => this.log.now);
  private readonly instances: ModelInstance[] = [];
  private readonly clients: ModelClient[] = [];
  readonly trace: string[] = [];
  private readonly settings: ModelSettings;
  private readonly stale: boolean;
  private healing = false;

  constructor(
    seed: number,
    private readonly parts: Parts,
  ) {
    this.random = makeRandom(seed * 2654435761 + 1);
    // Every fourth run forgets nothing, as within ten minutes, and has stale publishes in exchange.
    this.stale = seed % 4 === 0;
    this.settings = {
      reachMarginMs: seed % 3,
      keepSeqMs: this.stale ? Number.POSITIVE_INFINITY : seed % 5,
      noticesFence: () => !this.stale || this.healing || this.random(2) === 0,
    };
  }

  /** What was violated, or null. */
  async run(): Promise<string | null> {
    this.start(true);
    this.start(true);
    for (let step = 0; step < STEPS; step++) {
      this.log.now++;
      const action = WEIGHTED[this.random(WEIGHTED.length)]!;
      await this.act(action);
    }
    await this.heal();
    for (const [number, client] of this.clients.entries()) {
      const violation = this.check(client);
      if (violation) return `client ${number} since ${client.since}: ${violation}`;
    }
    return null;
  }

  private async act(action: Action): Promise<void> {
    if (action === 'bus') return this.random(4) === 0 ? this.log.toggle() : undefined;
    if (action === 'start') return this.start();
    if (action === 'thaw') return this.thaw();
    if (action === 'leave') return this.leave();
    if (action === 'crash' || action === 'freeze') return this.stopOne(action);
    const instance = this.pick(this.live());
    if (!instance) return undefined;
    this.trace.push(`${this.log.now} ${this.instances.indexOf(instance)} ${action}`);
    return this.actAt(instance, action);
  }

  private async actAt(instance: ModelInstance, action: Action): Promise<void> {
    if (action === 'commit') return this.commit(instance);
    if (action === 'localPush') return this.pushLocally(instance);
    if (action === 'publish') return void (await instance.relay.publishNext(1 + this.random(3)));
    if (action === 'mark') return instance.relay.markPublished();
    if (action === 'consume') return this.consume(instance);
    if (action === 'subscribe') return this.subscribe(instance);
    if (action === 'poll') return instance.poller.poll();
    if (action === 'evict') return this.random(3) === 0 ? instance.seqKeeper.sweep() : undefined;
    return this.adoptFromOne(instance);
  }

  private commit(instance: ModelInstance): void {
    const record = this.database.commit(instance.lease.owner);
    // The relay has it in hand, or finds it in the table.
    if (this.random(2) === 0) instance.relay.committed([record]);
    else instance.relay.poke();
    instance.committed.push(record);
  }

  private async pushLocally(instance: ModelInstance): Promise<void> {
    if (instance.committed.length === 0) return;
    const [record] = instance.committed.splice(this.random(instance.committed.length), 1) as [AppendedRecord];
    if (record.event.kind === 'message') await instance.feed.accept(record.event, true);
  }

  private async consume(instance: ModelInstance): Promise<void> {
    const event = this.log.up ? instance.bus.take() : null;
    if (event?.kind === 'message') await instance.feed.accept(event, false);
  }

  private subscribe(instance: ModelInstance): void {
    const client: ModelClient = { at: instance, open: true, since: this.database.lastSeq, got: [] };
    this.clients.push(client);
    instance.clients.push(client);
  }

  /** The lease of one that is dead or frozen runs out, and its rows are taken. */
  private async adoptFromOne(by: ModelInstance): Promise<void> {
    const gone = this.pick(this.instances.filter((one) => !one.live && this.database.leases.has(one.lease.owner)));
    if (!gone) return;
    this.database.leases.delete(gone.lease.owner);
    await by.adopt();
  }

  private stopOne(action: 'crash' | 'freeze'): void {
    if (this.random(3) !== 0 || this.live().length < 2) return;
    const instance = this.pick(this.live())!;
    this.trace.push(`${this.log.now} ${this.instances.indexOf(instance)} ${action}`);
    if (action === 'freeze') {
      instance.frozen = true;
      return;
    }
    instance.alive = false;
    for (const client of instance.clients) client.open = false;
  }

  private start(always = false): void {
    if (!always && (this.live().length >= 3 || this.random(2) !== 0)) return;
    this.instances.push(new ModelInstance(this.instances.length, this.parts, this.settings, this.log, this.database));
  }

  private thaw(): void {
    const frozen = this.pick(this.instances.filter(({ alive, frozen }) => alive && frozen));
    if (frozen) frozen.frozen = false;
  }

  private leave(): void {
    const client = this.pick(this.clients.filter(({ open }) => open));
    if (client && this.random(4) === 0) client.open = false;
  }

  private async heal(): Promise<void> {
    this.log.now++;
    this.healing = true;
    this.log.up = true;
    for (const instance of this.instances) instance.frozen = false;
    if (this.live().length === 0) this.start(true);
    for (const { alive, lease } of this.instances) if (!alive) this.database.leases.delete(lease.owner);
    for (const instance of this.live()) await instance.relay.publishNext(1);
    await this.live()[0]!.adopt();
    for (const instance of this.live()) await instance.drain();
    for (const instance of this.live()) {
      for (let event = instance.bus.take(); event; event = instance.bus.take()) {
        if (event.kind === 'message') await instance.feed.accept(event, false);
      }
    }
  }

  private check({ got, since, open }: ModelClient): string | null {
    for (let index = 1; index < got.length; index++) {
      if (got[index]! <= got[index - 1]!) return `${got[index]} after ${got[index - 1]}`;
      if (got[index] !== got[index - 1]! + 1) return `hole between ${got[index - 1]} and ${got[index]}`;
    }
    if (!open) return null;
    const last = got.at(-1) ?? since;
    if (since < this.database.lastSeq && last !== this.database.lastSeq)
      return `last seen ${last} of ${this.database.lastSeq}`;
    return got.length > 0 && got[0]! > since + 1 ? `first seen ${got[0]}` : null;
  }

  private live(): ModelInstance[] {
    return this.instances.filter((instance) => instance.live);
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.random(list.length)];
  }
}
