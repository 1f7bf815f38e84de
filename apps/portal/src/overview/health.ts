import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';

/** Lines that need somebody, and why the others do not. */
export interface Health {
  readonly total: number;
  readonly open: number;
  /** Failing lines that are meant to be in use. */
  readonly failing: readonly Line[];
  /** Not yet taken by a media node. */
  readonly waiting: readonly Line[];
}

/** Sums up lines; those switched off on purpose count for nothing. */
export function healthOf(lines: readonly Line[]): Health {
  const used = lines.filter((line) => line.useLine);
  return {
    total: used.length,
    open: used.filter((line) => line.state.state === 'open').length,
    failing: used.filter((line) => line.state.state === 'failed'),
    waiting: used.filter((line) => line.state.state === 'uninitialised'),
  };
}

export function healthOfGroup(group: LineGroup, lines: readonly Line[]): Health {
  return healthOf(lines.filter((line) => line.lineGroupId === group.id));
}
