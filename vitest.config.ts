import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './tools/vitest-order.mjs';

/** Two at least: many tests wait for sockets and timers rather than for a core. */
const workers = Math.max(2, Math.min(8, availableParallelism()));
/** Calls in real time wait most of all; one more than cores leaves the audio sound. */
const waitingWorkers = workers + 1;
/** A call script takes about half a core. Each has its own ports, folders, database and peers. */
const scripts = Math.max(2, Math.min(4, Math.floor(workers / 2)));
/** Measures what a core can bear: nothing else may run. */
const floods = 'e2e/sip/*.e2e.test.ts';

const everywhere = '{apps,packages,tools,e2e}';
const nothing = ['**/node_modules/**', '**/dist/**'];
/** One PostgreSQL for the run; each test file copies a migrated template into a database of its own. */
const postgres = './packages/database/src/node/vitest-setup.ts';

/** Projects with the same `groupOrder` run side by side; lower numbers run first. */
export default defineConfig({
  test: {
    reporters: ['default', './tools/vitest-summary.mjs'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${everywhere}/**/*.test.ts`],
          exclude: [...nothing, '**/*.it.test.ts', '**/*.e2e.test.ts'],
          environment: 'node',
          pool: 'forks',
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
          testTimeout: 10_000,
          hookTimeout: 20_000,
        },
      },
      {
        oxc: { jsx: { runtime: 'automatic' } },
        test: {
          name: 'web',
          include: ['{apps/client,apps/portal,packages/ui}/**/*.test.tsx'],
          exclude: nothing,
          environment: 'happy-dom',
          pool: 'forks',
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          // Needs PostgreSQL or another local peer.
          name: 'integration',
          include: [`${everywhere}/**/*.it.test.ts`],
          exclude: nothing,
          environment: 'node',
          globalSetup: postgres,
          pool: 'forks',
          maxWorkers: waitingWorkers,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // Call scripts: whole systems with real peers and real time.
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          exclude: [...nothing, floods],
          environment: 'node',
          globalSetup: postgres,
          pool: 'forks',
          maxWorkers: scripts,
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'flood',
          include: [floods],
          exclude: nothing,
          environment: 'node',
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          testTimeout: 180_000,
        },
      },
    ],
  },
});
