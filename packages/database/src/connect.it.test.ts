import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from './node/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
});
afterAll(() => database.drop());

/** What a query ended with. */
const outcome = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => 'a result',
    (error: { code?: string }) => error.code ?? String(error),
  );

test('a connection lost between two queries of a transaction fails the next one, not the process', async () => {
  const closed = Promise.withResolvers<void>();
  const sql = postgres(database.superUrl, { max: 1, onclose: () => closed.resolve() });
  const other = postgres(database.superUrl, { max: 1 });
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtExceptionMonitor', note);
  try {
    const next = Promise.withResolvers<string>();
    const whole = await outcome(
      sql.begin(async (tx) => {
        const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
        await other`select pg_terminate_backend(${own?.pid ?? 0})`;
        await closed.promise;
        // The whole transaction has failed by now; its body goes on.
        next.resolve(await outcome(tx`select 1`));
      }),
    );
    const lost = /^CONNECTION_(CLOSED|ENDED)$/;
    expect(await next.promise).toMatch(lost);
    expect(whole).toMatch(lost);
    // The pool goes on, at the latest once the rollback of the dead transaction has failed, too.
    await expect.poll(() => outcome(sql`select 1`), { timeout: 20_000 }).toBe('a result');
    expect(uncaught).toEqual([]);
  } finally {
    process.off('uncaughtExceptionMonitor', note);
    await Promise.all([sql.end({ timeout: 5 }), other.end({ timeout: 5 })]);
  }
}, 30_000);
