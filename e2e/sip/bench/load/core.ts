import { availableParallelism } from 'node:os';
import { findProgram } from '../../../harness/processes.ts';

/** Who runs where: what is measured has the first core to itself, the load comes from the others. */
export type Role = 'measured' | 'generator';

/** A command pinned to its core by `taskset`; as it is where that is missing or one core is all. */
export function onCore(
  role: Role,
  command: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  const taskset = findProgram('taskset');
  const cores = availableParallelism();
  if (!taskset || cores < 2) return { command, args };
  const set = role === 'measured' ? '0' : `1-${cores - 1}`;
  return { command: taskset, args: ['-c', set, command, ...args] };
}
