import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Database } from '@app/database';
import { HttpKitModule } from '@app/http-kit';
import { Signals } from '@app/message-bus';
import type { Clock, HealthRegistry, Logger, Metrics } from '@app/observability';
import { PresenceStore } from '@app/presence';
import { PasswordHasher, type RevocationList, type TokenService } from '@app/security';
import { AccountsModule } from './accounts/index.js';
import { AUTH_CLOCK, AUTH_LOGGER } from './auth.tokens.js';
import { BlocksModule } from './blocks/index.js';
import { ContactsModule } from './contacts/index.js';
import { RevocationsModule } from './revocations/index.js';
import { StatusModule } from './status/index.js';
import { UsersModule } from './users/index.js';

/** What the feature modules are built on, all of it open. */
export interface AuthPorts {
  readonly database: Database;
  readonly presence: PresenceStore;
  readonly signals: Signals;
  readonly tokens: TokenService;
  readonly revocations: RevocationList;
  readonly hasher: PasswordHasher;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

const providersOf = (ports: AuthPorts): Provider[] => [
  { provide: Database, useValue: ports.database },
  { provide: PresenceStore, useValue: ports.presence },
  { provide: Signals, useValue: ports.signals },
  { provide: PasswordHasher, useValue: ports.hasher },
  { provide: AUTH_LOGGER, useValue: ports.logger },
  { provide: AUTH_CLOCK, useValue: ports.clock },
];

@Module({})
class AuthPortsModule {
  static forRoot(ports: AuthPorts): DynamicModule {
    const providers = providersOf(ports);
    return { module: AuthPortsModule, global: true, providers, exports: providers };
  }
}

/** Accounts, users, contacts, blocks and status, on the given ports. */
@Module({})
export class AuthModule {
  static forRoot(ports: AuthPorts): DynamicModule {
    return {
      module: AuthModule,
      imports: [
        AuthPortsModule.forRoot(ports),
        HttpKitModule.forRoot(ports),
        RevocationsModule,
        // Status before users: `status` must not be taken for an id.
        StatusModule,
        UsersModule,
        AccountsModule,
        ContactsModule,
        BlocksModule,
      ],
    };
  }
}
