export * from './database-settings.js';
export * from './database.js';
export * from './open-database.js';
export * from './database-errors.js';
export * from './database-time.js';
export * from './execute.js';
export * from './sql.js';
export * from './failpoint.js';
export * from './id-window.js';
export * from './schema/columns.js';
export * from './schema/migrate.js';
export * from './schema/schema-drift.js';
export * from './test-database.js';
/** For the signatures of code that takes part in a transaction; queries stay in repositories. */
export type { EntityManager } from 'typeorm';
