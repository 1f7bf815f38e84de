/**
 * `npm run trace`: which requirements of the catalogue the tests name.
 *
 * `--list AREA` prints the missing ones of an area (`ALL` for every area), `--proofs ID` the tests
 * that name one, `--json` everything for other programs.
 */
import { parseArgs } from 'node:util';
import { REPOSITORY } from './checks/architecture.ts';
import { describeViolation } from './checks/violation.ts';
import { readTrace, rowsByArea } from './trace/requirements.ts';

const { values } = parseArgs({
  options: {
    list: { type: 'string', multiple: true, default: [] },
    proofs: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

const trace = readTrace(REPOSITORY);
const rows = rowsByArea(trace);

if (values.json) {
  const areas = rows.map(({ missing, ...row }) => ({
    ...row,
    missing: missing.map(({ id }) => id),
  }));
  const { notApplicable, violations } = trace;
  const proofs = Object.fromEntries([...trace.proofs].sort(([a], [b]) => a.localeCompare(b)));
  console.log(JSON.stringify({ areas, proofs, notApplicable, unknown: violations }, null, 2));
} else {
  for (const { area, proved, total, notApplicable } of rows) {
    console.log(`${area} ${proved}/${total} (n/a ${notApplicable})`);
  }
  const wanted = values.list.map((area) => area.toUpperCase());
  for (const { area, missing } of rows) {
    if (!wanted.includes(area) && !wanted.includes('ALL')) continue;
    console.log(`\n${area}: ${missing.length} missing`);
    for (const { id, title } of missing) console.log(`  ${id} ${title}`);
  }
  for (const id of values.proofs) {
    console.log(`\n${id}`);
    for (const place of trace.proofs.get(id) ?? ['no test names it']) console.log(`  ${place}`);
  }
  for (const violation of trace.violations) console.error(describeViolation(violation));
}
process.exitCode = trace.violations.length > 0 ? 1 : 0;
