import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** A drizzle database over one pool, logged in as one of the four roles. */
export type Database = PostgresJsDatabase<Record<string, never>>;
/** What a transaction hands to its body. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface DatabaseHandle {
  readonly db: Database;
  /** The driver, for LISTEN and for tools. */
  readonly sql: postgres.Sql;
  /** Waits at most 5 s for running queries. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** `postgres://role:password@host:port/database`. */
  readonly url: string;
  /** Connections at most. */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
}

/**
 * Opens a pool. Nothing connects before the first query; a lost server is tried again by the next
 * query. Prepared statements are off, so that it works through pgbouncer in transaction mode.
 */
export function openDatabase({
  url,
  max = 10,
  name = 'trunkline',
}: DatabaseOptions): DatabaseHandle {
  const sql = postgres(url, {
    max,
    prepare: false,
    connect_timeout: 5,
    idle_timeout: 60,
    max_lifetime: 30 * 60,
    // A server that comes back is used again within a second.
    backoff: (retries: number) => Math.min(1, 0.05 * 2 ** retries),
    onnotice: () => {},
    connection: { application_name: name },
  });
  return { db: drizzle(sql), sql, close: () => sql.end({ timeout: 5 }) };
}
