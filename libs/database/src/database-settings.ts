import type { DataSourceOptions } from 'typeorm';

/** What SQL the open database speaks. MariaDB counts as `mysql`. */
export type Dialect = 'sqlite' | 'mysql';

/** Where the data lies: one SQLite file (made with its folder when missing), or `mysql://user:password@host:port/database`. */
export type DatabaseSettings =
  { readonly driver: 'sqlite'; readonly file: string } | { readonly driver: 'mysql'; readonly url: string };

/** The part of the logger that this lib uses; a pino logger fits. */
export interface DatabaseLogger {
  warn(fields: object, message: string): void;
}

export interface DatabaseOptions {
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  readonly logger?: DatabaseLogger;
  /** What {@link databaseNow} answers on SQLite, whose clock is this process's own; epoch milliseconds, default `Date.now`. */
  readonly clock?: () => number;
  /**
   * SQLite: refuse the outer writer inside a transaction at once; default true. It follows every promise by AsyncLocalStorage, which on Node 20 costs
   * about 0.1 us each and nothing from Node 24 on. When false such a mistake ends in UNAVAILABLE after 10 s.
   */
  readonly refuseOuterWriter?: boolean;
  /** MySQL: connections in the pool. Default 10. */
  readonly poolSize?: number;
}
