import { readFile } from 'node:fs/promises';
import type { ApiClient } from '../api-client.ts';
import { executePlan } from './execute.ts';
import { describeStep, planTenant } from './plan.ts';
import { readTenantState } from './state.ts';
import { loadTenantFile } from './tenant-file.ts';

export interface ApplyOptions {
  path: string;
  api: ApiClient;
  env: Readonly<Record<string, string | undefined>>;
  /** Print the plan and stop. */
  dryRun: boolean;
  print: (line: string) => void;
}

/** `trunkline apply FILE`: prints a plan, carries it out, and is a no-op the second time. */
export async function applyTenantFile(options: ApplyOptions): Promise<void> {
  const { path, api, env, dryRun, print } = options;
  const file = loadTenantFile(await readFile(path, 'utf8'), env);
  const { alias } = file.parsed.tenant;
  const state = await readTenantState(api, file.parsed);
  const steps = planTenant(file, state);
  if (steps.length === 0) {
    print(`= tenant ${alias}: nothing to change`);
    return;
  }
  print(`Plan for tenant ${alias}: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`);
  for (const step of steps) print(`  ${describeStep(step)}`);
  if (dryRun) return;
  let done = 0;
  await executePlan(api, steps, file, state, () => {
    done++;
  });
  print(`Applied ${done} of ${steps.length}.`);
}
