import type { Logger } from 'typeorm';
import type { DatabaseLogger } from './database-settings.js';

/** TypeORM writes to the console by default, statements with their values included. Here only its warnings pass, to the given logger. */
export class TypeormLogger implements Logger {
  constructor(private readonly logger: DatabaseLogger | undefined) {}

  logQuery(): void {}
  logQueryError(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}

  logQuerySlow(milliseconds: number, query: string): void {
    this.logger?.warn({ milliseconds, query }, 'slow query');
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.logger?.warn({}, String(message));
  }
}
