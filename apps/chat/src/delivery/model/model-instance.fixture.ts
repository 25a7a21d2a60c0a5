import type { MessageDto } from '@app/contracts';
import { DEFAULT_OUTBOX_OPTIONS, OutboxKeeper, OutboxRelay, type AppendedRecord } from '../../outbox/index.js';
import { ConversationFeed } from '../conversation-feed.js';
import { ConversationLanes } from '../conversation-lanes.js';
import { GapDetector } from '../gap-detector.js';
import { OutboxPoller } from '../outbox-poller.js';
import { SeqKeeper } from '../seq-keeper.js';
import { ModelBus, type ModelLog } from './model-bus.fixture.js';
import type { ModelDatabase } from './model-outbox.fixture.js';

/** The classes that an instance is made of; a mutant replaces one. */
export interface Parts {
  readonly GapDetector: typeof GapDetector;
  readonly OutboxPoller: typeof OutboxPoller;
  readonly SeqKeeper: typeof SeqKeeper;
  readonly OutboxKeeper: typeof OutboxKeeper;
}
export const REAL_PARTS: Parts = { GapDetector, OutboxPoller, SeqKeeper, OutboxKeeper };

export interface ModelSettings {
  readonly reachMarginMs: number;
  readonly keepSeqMs: number;
  /** Whether an instance whose rows were taken sees so before it publishes again; one that was frozen in between does not. */
  readonly noticesFence: () => boolean;
}

export interface ModelClient {
  readonly at: ModelInstance;
  open: boolean;
  readonly since: number;
  readonly got: number[];
}

/** A name that the instance owns rows under, and gives up when it finds it taken away. */
class ModelLease {
  private readonly listeners: (() => void)[] = [];
  private generation = 0;

  constructor(
    private readonly number: number,
    private readonly database: ModelDatabase,
    private readonly noticesFence: () => boolean,
  ) {
    database.leases.add(this.owner);
  }

  get owner(): string {
    return `${this.number}.${this.generation}`;
  }

  onFenced(listener: () => void): void {
    this.listeners.push(listener);
  }

  async ensureHeld(): Promise<boolean> {
    if (this.database.leases.has(this.owner) || !this.noticesFence()) return true;
    this.generation++;
    this.database.leases.add(this.owner);
    for (const listener of this.listeners) listener();
    return true;
  }
}

/** One chat instance: the real relay, order and poll on a model of the database and the bus. */
export class ModelInstance {
  alive = true;
  frozen = false;
  readonly clients: ModelClient[] = [];
  /** Committed here, not yet pushed here. */
  readonly committed: AppendedRecord[] = [];
  readonly bus: ModelBus;
  readonly lease: ModelLease;
  readonly relay: OutboxRelay;
  readonly feed: ConversationFeed;
  readonly poller: OutboxPoller;
  readonly seqKeeper: SeqKeeper;
  private readonly keeper: OutboxKeeper;

  constructor(number: number, parts: Parts, settings: ModelSettings, log: ModelLog, database: ModelDatabase) {
    const timers = { now: () => log.now, after: () => () => {} };
    const options = { ...DEFAULT_OUTBOX_OPTIONS, instanceId: String(number), timers, monotonic: timers.now };
    const reach = { group: String(number), ...settings, timers };
    const detector = new parts.GapDetector(timers.now);
    const lanes = new ConversationLanes();
    this.bus = new ModelBus(log);
    this.lease = new ModelLease(number, database, settings.noticesFence);
    this.relay = new OutboxRelay(database, this.lease, this.bus, options);
    this.feed = new ConversationFeed(detector, lanes, database, this);
    const polled = {
      catchUp: this.feed.catchUp.bind(this.feed),
      isKnown: () => true,
      acceptOther: () => {},
    };
    this.poller = new parts.OutboxPoller(this.bus, database, polled, reach);
    this.seqKeeper = new parts.SeqKeeper(this.bus, detector, lanes, database, reach);
    const still = undefined as never;
    this.keeper = new parts.OutboxKeeper(this.lease as never, this.relay, still, database, options);
  }

  get live(): boolean {
    return this.alive && !this.frozen;
  }

  pushMessage({ seq }: MessageDto): void {
    for (const client of this.clients) if (client.open) client.got.push(seq);
  }

  adopt(): Promise<void> {
    return this.keeper.adopt(false);
  }

  /** Publishes and marks all that it owns, as the relay's loop does. */
  async drain(): Promise<void> {
    let step = await this.relay.publishNext();
    while (step.nextInMs === 0) step = await this.relay.publishNext();
    await this.relay.markPublished();
  }
}
