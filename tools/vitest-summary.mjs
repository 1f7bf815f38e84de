import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Vitest reporter that leaves the names of failed and skipped tests and the number of passed ones
 * in `$TRUNKLINE_TEST_RESULTS/vitest.json`, for the closing line over all runners. A file that could
 * not be loaded, an error outside any test and an interrupted run count as failures.
 */
export default class VitestSummary {
  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<{ message?: string }>} unhandled
   * @param {'passed' | 'failed' | 'interrupted'} reason
   */
  onTestRunEnd(modules, unhandled, reason) {
    const folder = process.env.TRUNKLINE_TEST_RESULTS;
    if (folder === undefined) return;
    let passed = 0;
    /** @type {string[]} */
    const failed = [];
    /** @type {string[]} */
    const skipped = [];
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped.push(name);
        else failed.push(state === 'failed' ? name : `${name} (did not finish)`);
      }
      if (module.errors().length > 0) failed.push(`${file} (the file itself failed)`);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed.push(`${file} > ${suite.fullName} (a hook failed)`);
      }
    }
    for (const error of unhandled) {
      failed.push(`outside any test: ${String(error.message).split('\n')[0]}`);
    }
    if (reason === 'interrupted') failed.push('the run was interrupted');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'vitest.json'), JSON.stringify({ passed, failed, skipped }));
  }
}
