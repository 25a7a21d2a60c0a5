import { Global, Module, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { loadConfig } from '@app/config';
import { AppError, type MessageDto, type TopicName } from '@app/contracts';
import { Database, createTestDatabase, toDbTime, valuesList, type TestDatabase } from '@app/database';
import { RateLimiter } from '@app/http-kit';
import { InProcessMessageBus, MessageBus, MessageBusServer, type OutgoingRecord } from '@app/message-bus';
import { Metrics } from '@app/observability';
import { SimpUserRegistry, SimpleBroker, StompModule, StompSessionEvents, SubscriptionRegistry } from '@app/stomp';
import { authSchema } from '@apps/auth';
import { chatSchema } from '../database/index.js';
import { MessagesModule, MessagesService } from '../messages/index.js';
import { OutboxModule, OutboxRelay, OutboxRepository, type OutgoingEvent } from '../outbox/index.js';
import { DeliveryModule } from './delivery.module.js';
import { fanoutGroup } from './delivery.options.js';
import { LiveSockets } from './live-sockets.fixture.js';

/** For tests: a bus that may be away for whoever publishes. */
export class FlakyBus extends InProcessMessageBus {
  away = false;

  override async publish(topic: TopicName, records: readonly OutgoingRecord[]): Promise<void> {
    if (this.away) throw new AppError('UNAVAILABLE', { message: 'planted outage' });
    await super.publish(topic, records);
  }

  override isUp(): boolean {
    return !this.away && super.isUp();
  }
}

@Global()
@Module({})
class PortsModule {
  static with(database: Database, bus: MessageBus): DynamicModule {
    const providers = [
      { provide: Database, useValue: database },
      { provide: MessageBus, useValue: bus },
      { provide: Metrics, useValue: new Metrics({ process: false }) },
      { provide: RateLimiter, useValue: new RateLimiter(loadConfig({ RATE_LIMITS: 'off' }).rateLimits) },
    ];
    return { module: PortsModule, providers, exports: providers };
  }
}

/** For tests: one chat instance from acceptance to its sockets. */
export class TestInstance {
  readonly sockets: LiveSockets;

  constructor(private readonly app: INestMicroservice) {
    this.sockets = new LiveSockets({
      registry: app.get(SubscriptionRegistry),
      users: app.get(SimpUserRegistry),
      broker: app.get(SimpleBroker),
      events: app.get(StompSessionEvents),
    });
  }

  send(senderId: number, target: { receiver: number } | { groupId: number }, content: string): Promise<MessageDto> {
    const to = 'receiver' in target ? { receiver: { id: target.receiver } } : target;
    return this.app.get(MessagesService).sendMessage({ id: senderId, username: `user${senderId}` }, { ...to, content });
  }

  /** Commits an event as receipts and groups do. */
  async commit(event: OutgoingEvent): Promise<void> {
    const outbox = this.app.get(OutboxRepository);
    const records = await this.app.get(Database).transaction((em) => outbox.append(em, [event]));
    this.app.get(OutboxRelay).committed(records);
  }

  /** Commits an event and dies before anything else. */
  async commitOnly(event: OutgoingEvent): Promise<void> {
    const outbox = this.app.get(OutboxRepository);
    await this.app.get(Database).transaction((em) => outbox.append(em, [event]));
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** For tests: instances over one migrated SQLite file and one bus; users 1 to 9 are `user1` … */
export class TestInstances {
  readonly bus = new FlakyBus();
  private readonly instances: TestInstance[] = [];

  private constructor(private readonly test: TestDatabase) {}

  static async open(): Promise<TestInstances> {
    const test = await createTestDatabase([authSchema, chatSchema]);
    await test.database.writer.query(
      `INSERT INTO users (username, password, created_at) VALUES ${valuesList(9, 3)}`,
      Array.from({ length: 9 }, (_, index) => [`user${index + 1}`, '', toDbTime(0)]).flat(),
    );
    return new TestInstances(test);
  }

  get database(): Database {
    return this.test.database;
  }

  async start(instanceId: string, adoptAllAtStart = false): Promise<TestInstance> {
    const quick = { renewEveryMs: 20, readEveryMs: 50, markAfterMs: 20 };
    const module = await Test.createTestingModule({
      imports: [
        PortsModule.with(this.database, this.bus),
        StompModule.forRoot(),
        OutboxModule.register({ instanceId, adoptAllAtStart, ...quick }),
        DeliveryModule.register({ instanceId, pollEveryMs: 20 }),
        MessagesModule,
      ],
    }).compile();
    const strategy = new MessageBusServer({ bus: this.bus, group: fanoutGroup(instanceId) });
    const app = module.createNestMicroservice({ strategy, logger: false });
    await app.listen();
    const instance = new TestInstance(app);
    this.instances.push(instance);
    return instance;
  }

  /** A group of these members, the first one its creator. */
  async createGroup(memberIds: readonly number[]): Promise<number> {
    await this.write('INSERT INTO "groups" (name, created_by, created_at) VALUES (?, ?, ?)', [
      'g',
      memberIds[0],
      toDbTime(0),
    ]);
    const [group] = await this.read<{ id: number }>('SELECT MAX(id) AS id FROM "groups"');
    const groupId = group!.id;
    await this.write("INSERT INTO conversations (kind, group_id, membership_version) VALUES ('GROUP', ?, 1)", [
      groupId,
    ]);
    for (const id of memberIds) {
      await this.write('INSERT INTO group_users (group_id, user_id) VALUES (?, ?)', [groupId, id]);
      await this.write(
        `INSERT INTO memberships (conversation_id, user_id, joined_seq, read_seq)
          SELECT id, ?, 0, 0 FROM conversations WHERE group_id = ?`,
        [id, groupId],
      );
    }
    return groupId;
  }

  async removeMember(groupId: number, userId: number): Promise<void> {
    await this.database.transaction(async (em) => {
      await em.query('DELETE FROM group_users WHERE group_id = ? AND user_id = ?', [groupId, userId]);
      await em.query('UPDATE conversations SET membership_version = membership_version + 1 WHERE group_id = ?', [
        groupId,
      ]);
    });
  }

  read<T>(sql: string): Promise<T[]> {
    return this.database.read.query(sql);
  }

  async write(sql: string, parameters: unknown[] = []): Promise<void> {
    await this.database.writer.query(sql, parameters);
  }

  async close(): Promise<void> {
    for (const instance of this.instances) await instance.close();
    await this.bus.close();
    await this.test.dispose();
  }
}
