import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../checks/source-files.ts';
import type { Violation } from '../checks/violation.ts';
import { mentionsIn } from './test-names.ts';

/** An entry of the catalogue. */
export interface Requirement {
  readonly id: string;
  readonly area: string;
  readonly title: string;
}

const CATALOGUE = 'docs/requirements.json';
const NOT_APPLICABLE = 'docs/not-applicable.json';

/** What the tests prove, by requirement. */
export interface Trace {
  readonly requirements: readonly Requirement[];
  /** Id → why nothing is to be built. */
  readonly notApplicable: Readonly<Record<string, string>>;
  /** Id → places `file:line` of the tests that name it. */
  readonly proofs: ReadonlyMap<string, readonly string[]>;
  /** Ids that stand somewhere but not in the catalogue. */
  readonly violations: readonly Violation[];
}

/** One row of the overview. */
export interface AreaRow {
  /** The ids' prefix, e.g. `NUM`. */
  readonly area: string;
  readonly proved: number;
  readonly total: number;
  readonly notApplicable: number;
  /** Neither proved nor marked as not applicable. */
  readonly missing: readonly Requirement[];
}

/** Reads catalogue, marks and the names of all tests, also of call scripts a test file plays. */
export function readTrace(root: string): Trace {
  const requirements = readJson(root, CATALOGUE) as Requirement[];
  const notApplicable = readJson(root, NOT_APPLICABLE) as Record<string, string>;
  const known = new Set(requirements.map(({ id }) => id));
  const proofs = new Map<string, string[]>();
  const violations: Violation[] = [];
  const rule = `requirement ids are those of ${CATALOGUE}`;

  for (const file of sourceFiles(root)) {
    if (!/\.(?:test|scripts)\.tsx?$/.test(file)) continue;
    for (const { id, line } of mentionsIn(file, readFileSync(join(root, file), 'utf8'))) {
      if (!known.has(id)) violations.push({ file, line, found: `a test names ${id}`, rule });
      else proofs.set(id, [...(proofs.get(id) ?? []), `${file}:${line}`]);
    }
  }
  for (const [id, why] of Object.entries(notApplicable)) {
    if (!known.has(id)) violations.push({ file: NOT_APPLICABLE, line: 1, found: id, rule });
    if (why.trim() === '') {
      const found = `${id} has no reason`;
      violations.push({ file: NOT_APPLICABLE, line: 1, found, rule: 'every mark says why' });
    }
  }
  return { requirements, notApplicable, proofs, violations };
}

/** The check's view: ids unknown to the catalogue. */
export function checkRequirementIds(root: string): Violation[] {
  return [...readTrace(root).violations];
}

/** One row per prefix, in the catalogue's order. */
export function rowsByArea({ requirements, notApplicable, proofs }: Trace): AreaRow[] {
  const areas = [...new Set(requirements.map(({ id }) => id.slice(0, 3)))];
  return areas.map((area) => {
    const own = requirements.filter(({ id }) => id.startsWith(`${area}-`));
    return {
      area,
      proved: own.filter(({ id }) => proofs.has(id)).length,
      total: own.length,
      notApplicable: own.filter(({ id }) => id in notApplicable).length,
      missing: own.filter(({ id }) => !proofs.has(id) && !(id in notApplicable)),
    };
  });
}

function readJson(root: string, path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
