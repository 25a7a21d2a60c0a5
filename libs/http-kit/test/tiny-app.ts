import 'reflect-metadata';
import { loadConfig, type AppConfig } from '@app/config';
import {
  AppError,
  ContactPageSchema,
  RegisterRequestSchema,
  UserDtoSchema,
  type RegisterRequest,
} from '@app/contracts';
import { HealthRegistry, Metrics, createLogger } from '@app/observability';
import { RevocationList, TokenService, type Principal } from '@app/security';
import { Body, Controller, Delete, Get, Module, Post, Put, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import {
  CurrentPrincipal,
  HttpKitModule,
  PageQuery,
  PathId,
  Public,
  RateLimit,
  Returns,
  createHttpApp,
  toPage,
  type HttpAppOptions,
  type PageRequest,
} from '@app/http-kit';

const SearchSchema = z.string().min(2);
const LimitSchema = z.coerce.number().int().min(1).max(5).optional();
const NoteSchema = z.object({ note: z.string() });

@Controller('api/things')
export class ThingsController {
  calls = 0;
  /** What a request to `slow` waits for. */
  gate: Promise<void> = Promise.resolve();

  @Get('slow')
  @Returns(z.string())
  async slow(): Promise<string> {
    this.calls += 1;
    await this.gate;
    return 'at last';
  }

  @Get()
  @Returns(ContactPageSchema)
  list(@PageQuery({ sort: ['id', 'contact.username'], defaultSort: 'id,asc' }) page: PageRequest): unknown {
    return { ...toPage([], 41, page), asked: page };
  }

  @Get('search')
  @Returns(z.array(z.string()))
  search(
    @Query('q', { schema: SearchSchema }) q: string,
    @Query('limit', { schema: LimitSchema }) limit: number | undefined,
  ): string[] {
    return Array.from({ length: limit ?? 1 }, () => q);
  }

  @Get('whoami')
  @Returns(UserDtoSchema)
  whoami(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('hello')
  @Returns(z.string())
  hello(@CurrentPrincipal() principal: Principal): string {
    return `Hello ${principal.username}`;
  }

  @Get('fail/:kind')
  fail(): never {
    throw new Error('SELECT password FROM users at /srv/app/secret.ts');
  }

  @Get(':thingId')
  @Returns(z.object({ id: z.number() }), { errors: ['NOT_FOUND', 'NOT_A_MEMBER'] })
  find(@PathId('thingId') id: number): { id: number } {
    if (id === 404) throw new AppError('NOT_FOUND');
    if (id === 503) throw new AppError('UNAVAILABLE', { retryAfterSeconds: 7 });
    return { id };
  }

  @Post(':thingId')
  @RateLimit('writes')
  @Returns(null)
  touch(@PathId('thingId') _id: number): void {
    this.calls += 1;
  }

  @Put(':thingId')
  @Returns(NoteSchema)
  write(@PathId('thingId') _id: number, @Body({ schema: NoteSchema }) body: { note: string }): unknown {
    this.calls += 1;
    return body;
  }

  @Delete(':thingId')
  @Returns(null)
  remove(@PathId('thingId') _id: number, @Body() body: unknown): void {
    if (body !== undefined && body !== null) throw new AppError('BAD_REQUEST');
  }
}

@Public()
@Controller('api/auth')
export class DoorController {
  answer: () => unknown = () => ({ token: 't' });

  @Post('register')
  @RateLimit('register')
  @Returns(UserDtoSchema, { errors: ['USERNAME_TAKEN', 'EMAIL_TAKEN'] })
  register(@Body({ schema: RegisterRequestSchema }) body: RegisterRequest): unknown {
    return { id: 1, username: body.username, email: body.email, role: 'USER', profilePictureUrl: null, about: null };
  }

  @Post('login')
  @RateLimit('login')
  @Returns(z.object({ token: z.string() }), { errors: ['BAD_CREDENTIALS'] })
  login(@Body() _body: unknown): unknown {
    return this.answer();
  }
}

export const SECRET = Buffer.from('a secret of the tests, long enough for HS256');
export const ORIGIN = 'http://localhost:5173';

export interface TinyApp {
  readonly app: NestFastifyApplication;
  readonly config: AppConfig;
  readonly tokens: TokenService;
  readonly revocations: RevocationList;
  readonly health: HealthRegistry;
  readonly lines: string[];
  readonly token: string;
}

/** An app on http-kit alone, with a route of each kind. */
export async function createTinyApp(
  env: Record<string, string> = {},
  options: Partial<HttpAppOptions> = {},
): Promise<TinyApp> {
  const config = loadConfig({ JWT_SECRET: SECRET.toString(), ...env });
  const tokens = new TokenService(SECRET);
  const revocations = new RevocationList();
  const health = new HealthRegistry();
  const lines: string[] = [];
  const logger = createLogger({
    name: 'tiny',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const kit = HttpKitModule.forRoot({ tokens, revocations, health, metrics: new Metrics({ process: false }) });
  class TinyModule {}
  Module({ imports: [kit], controllers: [ThingsController, DoorController] })(TinyModule);
  const app = await createHttpApp(TinyModule, {
    config,
    logger,
    instanceId: 'tiny-1',
    corsOrigins: config.corsOrigins,
    name: 'tiny-service',
    ...options,
  });
  const token = tokens.issue({ id: 7, username: 'bob', role: 'USER', tokenVersion: 0 });
  return { app, config, tokens, revocations, health, lines, token };
}
