import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';

/**
 * Files that take tens of seconds, the longest of a project first. Without it a clean clone, which
 * remembers no durations, begins with the files that have the most text, and ends with one worker
 * at a long file and the others idle. A file that is missing here, or too much, costs time only.
 */
const LONGEST = [
  'packages/sip/src/fuzz.test.ts',
  'packages/media/src/node/rtpengine/rtpengine.it.test.ts',
  'packages/media/src/node/embedded-suite.it.test.ts',
  'packages/services/src/isolation.it.test.ts',
  'packages/media/src/node/rtpengine/rtpengine-attacks.it.test.ts',
  'apps/media-node/src/calls/restart.it.test.ts',
  'packages/media/src/node/browser-loss.it.test.ts',
  'apps/media-node/src/calls/media.it.test.ts',
  'apps/media-node/src/calls/resilience.it.test.ts',
  'apps/media-node/src/calls/forwarding.it.test.ts',
  'packages/media/src/node/forked-engine.it.test.ts',
  'packages/media/src/node/rtpengine/rtpengine-hosts.it.test.ts',
  'e2e/features/in-call.e2e.test.ts',
  'e2e/trunks/matrix.e2e.test.ts',
  'e2e/features/rules.e2e.test.ts',
  'e2e/features/media.e2e.test.ts',
  'e2e/newcomer.e2e.test.ts',
  'e2e/restart.e2e.test.ts',
  'e2e/desk.e2e.test.ts',
  'e2e/peers/phones.e2e.test.ts',
];

const places = new Map(LONGEST.map((file, place) => [file, place]));

/** Begins with the files that take longest; the others as vitest would have them. */
export default class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   * @returns {Promise<import('vitest/node').TestSpecification[]>}
   */
  async sort(files) {
    const sorted = await super.sort(files);
    const place = (/** @type {import('vitest/node').TestSpecification} */ file) =>
      places.get(relative(this.ctx.config.root, file.moduleId)) ?? LONGEST.length;
    const group = (/** @type {import('vitest/node').TestSpecification} */ file) =>
      file.project.config.sequence.groupOrder;
    return sorted.sort((a, b) => group(a) - group(b) || place(a) - place(b));
  }
}
