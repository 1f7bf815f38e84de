import { sql } from 'drizzle-orm';
import type { Platform } from './context.ts';
import { guarded } from './failures.ts';

/** Answers when the database does. @throws TrunklineError `unavailable` */
export async function pingDatabase(platform: Pick<Platform, 'db'>): Promise<void> {
  await guarded(() => platform.db.router.execute(sql`select 1`));
}
