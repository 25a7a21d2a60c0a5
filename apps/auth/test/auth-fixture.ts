import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthApp, authSchema } from '@apps/auth';
import { loadConfig } from '@app/config';
import type { AuthResponse, ErrorBody, UserDto } from '@app/contracts';
import { migrate, openDatabase, type Database } from '@app/database';
import { InProcessSignals } from '@app/message-bus';
import { createLogger } from '@app/observability';
import { InMemoryPresenceStore } from '@app/presence';
import { TokenService } from '@app/security';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export const SECRET = 'a-secret-of-the-tests-with-more-than-32-bytes';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Parsed JSON; null when the body is empty or no JSON. */
  readonly body: T;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

/** One auth app on a real database; further instances share the database and the clock of the first. */
export class AuthFixture {
  private names = 0;

  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: Database,
    readonly presence: InMemoryPresenceStore,
    readonly signals: InProcessSignals,
    readonly tokens: TokenService,
    readonly clock: () => number,
    private readonly skew: { ms: number },
    private readonly folder: string | null,
  ) {}

  static async start(env: NodeJS.ProcessEnv = {}): Promise<AuthFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'auth-'));
    const settings = { driver: 'sqlite', file: join(folder, 'chat.db') } as const;
    await migrate(settings, authSchema);
    const skew = { ms: 0 };
    const database = await openDatabase(settings, { entities: authSchema.entities });
    return AuthFixture.boot(database, skew, folder, env);
  }

  /** A second instance on the same database, as another process would be. */
  another(): Promise<AuthFixture> {
    return AuthFixture.boot(this.database, this.skew, null, {});
  }

  private static async boot(
    database: Database,
    skew: { ms: number },
    folder: string | null,
    env: NodeJS.ProcessEnv,
  ): Promise<AuthFixture> {
    const clock = (): number => Date.now() + skew.ms;
    const config = loadConfig({
      JWT_SECRET: SECRET,
      RATE_LIMITS: 'off',
      BCRYPT_COST: '4',
      LOG_LEVEL: 'silent',
      ...env,
    });
    const logger = createLogger({ name: 'auth-service', level: 'silent' });
    const presence = new InMemoryPresenceStore(clock);
    const signals = new InProcessSignals();
    const tokens = new TokenService(config.jwt.secret, clock);
    const app = await createAuthApp({ config, logger, database, presence, signals, tokens, clock });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return new AuthFixture(app, database, presence, signals, tokens, clock, skew, folder);
  }

  advance(ms: number): void {
    this.skew.ms += ms;
  }

  async call<T = unknown>(method: string, url: string, options: CallOptions = {}): Promise<Answer<T>> {
    const { token = null, body } = options;
    const response = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = response.payload;
    return { status: response.statusCode, headers: response.headers, text, body: parse(text) as T };
  }

  freshName(prefix = 'user'): string {
    this.names += 1;
    return `${prefix}${this.names}`;
  }

  /** A new user with a token. */
  async join(username = this.freshName(), password = 'correct horse'): Promise<Member> {
    const email = `${username}@example.test`;
    const registered = await this.call<UserDto>('POST', '/api/auth/register', { body: { username, email, password } });
    if (registered.status !== 200) throw new Error(`register: ${registered.status} ${registered.text}`);
    const token = await this.logIn(username, password);
    return new Member(this, registered.body.id, username, email, password, token);
  }

  async logIn(username: string, password: string): Promise<string> {
    const answer = await this.call<AuthResponse>('POST', '/api/auth/login', { body: { username, password } });
    if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
    return answer.body.token;
  }

  async close(): Promise<void> {
    await this.app.close();
    if (this.folder === null) return;
    await this.database.close();
    await rm(this.folder, { recursive: true });
  }
}

/** A registered user who calls with the own token. */
export class Member {
  constructor(
    private readonly fixture: AuthFixture,
    readonly id: number,
    readonly username: string,
    readonly email: string,
    readonly password: string,
    public token: string,
  ) {}

  call<T = unknown>(method: string, url: string, body?: unknown): Promise<Answer<T>> {
    return this.fixture.call<T>(method, url, { token: this.token, body });
  }

  get public(): { id: number; username: string; profilePictureUrl: null; about: null } {
    return { id: this.id, username: this.username, profilePictureUrl: null, about: null };
  }
}

/** `status code` of an error answer, as in `409 USERNAME_TAKEN`; the status alone of any other. */
export const outcome = (answer: Answer): string => {
  const code = (answer.body as ErrorBody | null)?.code;
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
};
