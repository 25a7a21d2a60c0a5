import 'reflect-metadata';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { authSchema } from '@apps/auth';
import { loadConfig } from '@app/config';
import {
  ErrorBodySchema,
  type BusEvent,
  type ConversationDto,
  type GroupDto,
  type MessageDto,
  type MessageStatus,
} from '@app/contracts';
import { Database, createTestDatabase, toDbTime, type TestDatabase } from '@app/database';
import { HttpKitModule, createHttpApp } from '@app/http-kit';
import { InProcessMessageBus, MessageBus } from '@app/message-bus';
import { Metrics, createLogger } from '@app/observability';
import { TokenService } from '@app/security';
import { CHAT_GROUP_LIMIT } from '../src/chat.tokens.js';
import { ConversationsModule } from '../src/conversations/index.js';
import { chatSchema } from '../src/database/index.js';
import { DirectoryModule } from '../src/directory/index.js';
import { AccountDeletions, GroupsModule } from '../src/groups/index.js';
import { HistoryModule } from '../src/history/index.js';
import { MessagesModule, MessagesService } from '../src/messages/index.js';
import { OutboxModule } from '../src/outbox/index.js';
import { ReceiptsModule } from '../src/receipts/index.js';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly text: string;
  /** Parsed JSON; null when the body is empty. */
  readonly body: T;
}

/** A list whose length the compiler knows, up to six. */
type Tuple<N extends number> = [
  [],
  [Person],
  [Person, Person],
  [Person, Person, Person],
  [Person, Person, Person, Person],
  [Person, Person, Person, Person, Person],
  [Person, Person, Person, Person, Person, Person],
][N];

export type Target = { readonly receiver: Person } | { readonly groupId: number };

@Global()
@Module({})
class PlatformModule {
  static with(database: Database, groupMaxMembers: number): DynamicModule {
    const providers = [
      { provide: Database, useValue: database },
      { provide: MessageBus, useFactory: () => new InProcessMessageBus() },
      { provide: CHAT_GROUP_LIMIT, useValue: groupMaxMembers },
    ];
    return { module: PlatformModule, providers, exports: providers };
  }
}

@Module({})
class RootModule {
  static with(platform: DynamicModule, tokens: TokenService): DynamicModule {
    return {
      module: RootModule,
      imports: [
        platform,
        HttpKitModule.forRoot({ tokens, metrics: new Metrics({ process: false }) }),
        OutboxModule.register({ instanceId: 'test-1', adoptAllAtStart: true }),
        DirectoryModule,
        MessagesModule,
        ConversationsModule,
        HistoryModule,
        ReceiptsModule,
        GroupsModule,
      ],
    };
  }
}

/** For tests: everything of chat that answers by HTTP, without live sockets, on a migrated SQLite file. */
export class ChatReadsFixture {
  private people = 0;

  private constructor(
    readonly app: NestFastifyApplication,
    private readonly test: TestDatabase,
    private readonly tokens: TokenService,
    readonly time: { now: number },
  ) {}

  static async start({ groupMaxMembers = 1_000 }: { groupMaxMembers?: number } = {}): Promise<ChatReadsFixture> {
    const time = { now: Date.parse('2026-01-01T00:00:00.000Z') };
    const test = await createTestDatabase([authSchema, chatSchema], { clock: () => (time.now += 1) });
    const config = loadConfig({ JWT_SECRET: 'a-secret-of-the-tests-with-more-than-32-bytes', RATE_LIMITS: 'off' });
    const tokens = new TokenService(config.jwt.secret, Date.now);
    const root = RootModule.with(PlatformModule.with(test.database, groupMaxMembers), tokens);
    const app = await createHttpApp(root, {
      config,
      logger: createLogger({ name: 'chat-service', level: 'silent' }),
      instanceId: 'test-1',
      corsOrigins: [],
      name: 'chat-service',
    });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return new ChatReadsFixture(app, test, tokens, time);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.test.dispose();
  }

  get database(): Database {
    return this.test.database;
  }
  get deletions(): AccountDeletions {
    return this.app.get(AccountDeletions, { strict: false });
  }

  /** A new user, as auth would have made it. */
  async join(username = `user${this.people + 1}`): Promise<Person> {
    this.people += 1;
    const url = `https://pictures.test/${username}`;
    await this.write(
      'INSERT INTO users (username, email, password, profile_picture_url, created_at) VALUES (?, ?, ?, ?, ?)',
      [username, `${username}@example.test`, '', url, toDbTime(0)],
    );
    const [row] = await this.query<{ id: number }>('SELECT id FROM users WHERE username = ?', [username]);
    const token = this.tokens.issue({ id: row!.id, username, role: 'USER', tokenVersion: 0 });
    return new Person(this, row!.id, username, token);
  }

  async joinMany<N extends number>(count: N): Promise<Tuple<N>> {
    const people: Person[] = [];
    while (people.length < count) people.push(await this.join());
    return people as Tuple<N>;
  }

  async call<T = unknown>(method: string, url: string, token: string | null, body?: unknown): Promise<Answer<T>> {
    const response = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const text = response.payload;
    return { status: response.statusCode, text, body: (text === '' ? null : JSON.parse(text)) as T };
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.read.query(sql, parameters);
  }

  async write(sql: string, parameters: unknown[] = []): Promise<void> {
    await this.database.writer.query(sql, parameters);
  }

  /** What went into the outbox, in order; only of these kinds when given. */
  async listEvents(...kinds: BusEvent['kind'][]): Promise<BusEvent[]> {
    const rows = await this.query<{ payload: string }>('SELECT payload FROM outbox ORDER BY id');
    const events = rows.map(({ payload }) => JSON.parse(payload) as BusEvent);
    return kinds.length === 0 ? events : events.filter((event) => kinds.includes(event.kind));
  }

  /** Every row that chat has written, to see that a refused request left none. What the relay notes meanwhile is left out. */
  async dump(): Promise<unknown> {
    const tables = [
      'conversations',
      'memberships',
      'messages',
      'message_status',
      '`groups`',
      'group_users',
      'group_revocations',
    ];
    const rows = await Promise.all(tables.map((table) => this.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
    return { rows, events: await this.query('SELECT id, payload FROM outbox ORDER BY id') };
  }

  get messages(): MessagesService {
    return this.app.get(MessagesService, { strict: false });
  }
}

/** A user who calls with the own token. */
export class Person {
  constructor(
    private readonly fixture: ChatReadsFixture,
    readonly id: number,
    readonly username: string,
    readonly token: string,
  ) {}

  call<T = unknown>(method: string, url: string, body?: unknown): Promise<Answer<T>> {
    return this.fixture.call<T>(method, url, this.token, body);
  }

  /** The body of a GET that must succeed. */
  async get<T>(url: string): Promise<T> {
    return succeeded(await this.call<T>('GET', url));
  }

  async post<T = null>(url: string, body?: unknown): Promise<T> {
    return succeeded(await this.call<T>('POST', url, body));
  }

  send(target: Target, content = 'hello'): Promise<MessageDto> {
    const to = 'receiver' in target ? { receiver: { id: target.receiver.id } } : { groupId: target.groupId };
    return this.fixture.messages.sendMessage(this, { ...to, content });
  }

  async adds(contact: Person): Promise<void> {
    await this.fixture.write('INSERT INTO contacts (user_id, contact_id) VALUES (?, ?)', [this.id, contact.id]);
  }

  async blocks(other: Person): Promise<void> {
    await this.fixture.write('INSERT INTO blocks (user_id, blocked_user_id) VALUES (?, ?)', [this.id, other.id]);
  }

  /** As auth marks a deleted account; what chat makes of it is another step. */
  async deletesAccount(): Promise<void> {
    const now = toDbTime((this.fixture.time.now += 1));
    await this.fixture.write('UPDATE users SET deleted_at = ?, email = NULL WHERE id = ?', [now, this.id]);
  }

  /** A group with these members, all of them contacts of this one. */
  async makesGroup(members: readonly Person[] = [], name = 'group'): Promise<GroupDto> {
    const group = await this.post<GroupDto>('/api/groups', { name });
    for (const member of members) await this.adds(member).catch(() => undefined);
    if (members.length === 0) return group;
    return this.post<GroupDto>(`/api/groups/${group.id}/users`, { userIds: members.map((member) => member.id) });
  }

  reads(message: Pick<MessageDto, 'id'>): Promise<null> {
    return this.post(`/api/chat/messages/${message.id}/read`);
  }

  async conversation(id: string): Promise<ConversationDto> {
    const list = await this.get<ConversationDto[]>('/api/chat/conversations');
    const found = list.find((conversation) => conversation.conversationId === id);
    if (!found) throw new Error(`${this.username} has no conversation ${id}`);
    return found;
  }

  /** The status of each message of a history, by seq, as this one sees it. */
  async statuses(path: string): Promise<MessageStatus[]> {
    const { content } = await this.get<{ content: MessageDto[] }>(`/api/chat/messages/${path}?size=100`);
    return content.map((message) => message.status);
  }
}

function succeeded<T>(answer: Answer<T>): T {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
}

/** `403 BLOCKED` of an error, the status alone of anything else. */
export function outcome(answer: Answer): string {
  const error = ErrorBodySchema.safeParse(answer.body);
  return error.success ? `${answer.status} ${error.data.code}` : String(answer.status);
}
