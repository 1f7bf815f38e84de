import { startTestServer } from './test-database.ts';

/** vitest's globalSetup for tests that need PostgreSQL: one server per run. */
export default async function setup(): Promise<() => Promise<void>> {
  return startTestServer();
}
