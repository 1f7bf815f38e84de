import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of `/proc/<pid>/stat`; fixed at 100 on Linux for user space. */
const TICKS_A_SECOND = 100;

/** CPU time in microseconds that a process, with all its children, has used so far. */
export function cpuMicros(pid: number): number {
  let ticks = 0;
  for (const member of familyOf(pid)) {
    const fields = statOf(member);
    if (fields) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks / TICKS_A_SECOND) * 1e6;
}

/** The fields behind the command name, which may hold spaces (proc(5)). */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It has ended.
    return undefined;
  }
}

function familyOf(pid: number): number[] {
  const family = [pid];
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))?.[1]) }));
  for (const known of family)
    for (const { pid: child, parent } of parents) if (parent === known) family.push(child);
  return family;
}
