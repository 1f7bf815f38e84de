import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { waitFor } from '../harness/wait-for.ts';
import type { Product } from './product.ts';

/** Processes of an installation that a call script may kill. */
export type Victim = 'control-plane' | 'edge' | 'media-node' | 'media-engine' | 'database';

/** Process id of a victim now. @throws when it does not run */
export async function pidOf(product: Product, victim: Victim): Promise<number> {
  if (victim === 'database') return databasePid(product);
  const children = await product.children();
  const pid = children[victim === 'media-engine' ? 'media-node' : victim];
  if (pid === undefined) throw new Error(`${victim} does not run`);
  return victim === 'media-engine' ? engineOf(pid) : pid;
}

/** Kills a victim as a crash would, and waits until its successor runs. */
export async function killAndAwaitSuccessor(product: Product, victim: Victim): Promise<void> {
  const before = await pidOf(product, victim);
  process.kill(before, 'SIGKILL');
  await waitFor(
    `${victim} to run again`,
    async () => {
      const now = await pidOf(product, victim);
      return now !== before;
    },
    { timeoutMs: 30_000 },
  );
}

async function engineOf(nodePid: number): Promise<number> {
  const text = await readFile(`/proc/${nodePid}/task/${nodePid}/children`, 'utf8');
  for (const child of text.trim().split(/\s+/).filter(Boolean)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('engine-process')) return Number(child);
  }
  throw new Error('media-engine does not run');
}

/** The embedded server's own pid file, where its installation keeps it as root or as a user. */
async function databasePid(product: Product): Promise<number> {
  const folder = resolve(product.dataDir);
  const name = (await readFile(`${folder}/installation`, 'utf8').catch(() => '')).split('\n')[0];
  for (const data of [`/var/lib/trunkline/${name}/data`, `${folder}/postgres/data`]) {
    const text = await readFile(`${data}/postmaster.pid`, 'utf8').catch(() => '');
    const pid = Number(text.split('\n')[0]);
    if (pid > 0 && (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '')
      return pid;
  }
  throw new Error('database does not run');
}
