export type { EntityManager } from 'typeorm';
export { CreateAuthTables1763800000000 } from './migrations/1763800000000-create-auth-tables.migration.js';
export { prefixPattern, selectPage, type PageQuery, type PageRows } from './page-query.js';
