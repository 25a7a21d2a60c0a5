import type { Database } from '../database.js';

/**
 * The statements that TypeORM would run to make the migrated tables look like the entities that `database` was opened with; empty when they agree.
 * Tables without an entity are not looked at. For tests: nothing is changed.
 */
export async function findSchemaDrift(database: Database): Promise<string[]> {
  const log = await database.writer.driver.createSchemaBuilder().log();
  return log.upQueries.map(({ query }) => query);
}
