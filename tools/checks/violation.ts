/** A broken rule at one place of the sources. */
export interface Violation {
  /** Path relative to the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What is there. */
  readonly found: string;
  /** The rule it breaks, in words. */
  readonly rule: string;
}

/** One line for the terminal: place, what was found, rule. */
export function describeViolation({ file, line, found, rule }: Violation): string {
  return `${file}:${line}  ${found}\n    rule: ${rule}`;
}
