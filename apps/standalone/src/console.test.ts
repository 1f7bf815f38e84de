import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openProcessLog } from './console.ts';

test('a full disk costs lines of the log, not the process; it goes on when there is room', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'process-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'logs', 'edge.log');
  mkdirSync(join(folder, 'logs'));
  // Every write fails with ENOSPC there.
  symlinkSync('/dev/full', file);
  const told: string[] = [];
  let now = 0;
  const log = openProcessLog(folder, { terminal: (text) => told.push(text), now: () => now });

  log.line('edge', '{"level":"info","msg":"lost"}');
  await vi.waitFor(() => expect(told.join()).toContain('ENOSPC'), 20_000);
  log.line('edge', '{"level":"error","msg":"lost too"}');
  expect(told.at(-1)).toContain('lost too');

  rmSync(file);
  now += 60_000;
  log.line('edge', '{"level":"info","msg":"back"}');
  const written = '[2 lines are missing here]\n{"level":"info","msg":"back"}\n';
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toBe(written), 20_000);
  log.close();
});
