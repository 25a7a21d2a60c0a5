import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { loadConfig } from '@app/config';
import { Database, createTestDatabase, toDbTime, valuesList, type TestDatabase } from '@app/database';
import { RateLimiter } from '@app/http-kit';
import { InProcessMessageBus, MessageBus } from '@app/message-bus';
import { Metrics } from '@app/observability';
import { authSchema } from '@apps/auth';
import { chatSchema } from '../database/index.js';
import { OutboxModule } from '../outbox/index.js';
import { MessagesModule } from './messages.module.js';
import { MessagesService } from './messages.service.js';
import { SendQueue } from './send-queue.js';

@Global()
@Module({})
class PlatformModule {
  static with(database: Database, metrics: Metrics): DynamicModule {
    const providers = [
      { provide: Database, useValue: database },
      { provide: Metrics, useValue: metrics },
      { provide: RateLimiter, useValue: new RateLimiter(loadConfig({ RATE_LIMITS: 'off' }).rateLimits) },
      { provide: MessageBus, useFactory: () => new InProcessMessageBus() },
    ];
    return { module: PlatformModule, providers, exports: providers };
  }
}

export interface StoredMessage {
  readonly id: number;
  readonly conversationId: number;
  readonly seq: number;
  readonly senderId: number;
  readonly content: string;
  readonly timestamp: string;
  readonly clientMsgId: string | null;
}

export interface AcceptPathOptions {
  readonly users?: number;
  readonly clock?: () => number;
  /** Another migrated, empty database than a SQLite file of its own. */
  readonly on?: Pick<TestDatabase, 'database' | 'dispose'>;
}

/** For tests: the accept path with the real outbox and its relay on a migrated SQLite file, users 1 to `users` named `user1`, `user2` … */
export class AcceptPathFixture {
  private constructor(
    readonly module: TestingModule,
    readonly metrics: Metrics,
    private readonly test: Pick<TestDatabase, 'database' | 'dispose'>,
  ) {}

  static async start({ users = 10, clock = Date.now, on }: AcceptPathOptions = {}): Promise<AcceptPathFixture> {
    const test = on ?? (await createTestDatabase([authSchema, chatSchema], { clock }));
    const metrics = new Metrics({ process: false });
    const names = Array.from({ length: users }, (_, index) => `user${index + 1}`);
    await test.database.writer.query(
      `INSERT INTO users (username, password, created_at) VALUES ${valuesList(users, 3)}`,
      names.flatMap((name) => [name, '', toDbTime(0)]),
    );
    const module = await Test.createTestingModule({
      imports: [
        PlatformModule.with(test.database, metrics),
        OutboxModule.register({ instanceId: 'test-1', adoptAllAtStart: true }),
        MessagesModule,
      ],
    }).compile();
    await module.init();
    return new AcceptPathFixture(module, metrics, test);
  }

  get database(): Database {
    return this.test.database;
  }
  get messages(): MessagesService {
    return this.module.get(MessagesService);
  }
  get queue(): SendQueue {
    return this.module.get(SendQueue);
  }

  async stop(): Promise<void> {
    await this.module.close();
    await this.test.dispose();
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.read.query(sql, parameters);
  }

  async write(sql: string, parameters: unknown[] = []): Promise<void> {
    await this.database.writer.query(sql, parameters);
  }

  listMessages(): Promise<StoredMessage[]> {
    return this.query(
      `SELECT id, conversation_id AS conversationId, seq, sender_id AS senderId, content, timestamp, client_msg_id AS clientMsgId
         FROM messages ORDER BY conversation_id, seq`,
    );
  }

  /** A group with its conversation and open stays, as the groups feature makes it. */
  createGroup(memberIds: readonly number[]): Promise<number> {
    return this.database.transaction(async (em) => {
      await em.query('INSERT INTO `groups` (name, created_by, created_at) VALUES (?, ?, ?)', [
        'g',
        memberIds[0],
        toDbTime(0),
      ]);
      const [group]: { id: number }[] = await em.query('SELECT MAX(id) AS id FROM `groups`');
      await em.query("INSERT INTO conversations (kind, group_id) VALUES ('GROUP', ?)", [group!.id]);
      const [row]: { id: number }[] = await em.query('SELECT id FROM conversations WHERE group_id = ?', [group!.id]);
      await em.query(
        `INSERT INTO memberships (conversation_id, user_id, joined_seq, read_seq) VALUES ${valuesList(memberIds.length, 4)}`,
        memberIds.flatMap((id) => [row!.id, id, 0, 0]),
      );
      return group!.id;
    });
  }
}

export const asSender = (id: number): { id: number; username: string } => ({ id, username: `user${id}` });
