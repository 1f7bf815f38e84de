import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { type WaitOptions, waitFor } from '../../harness/wait-for.ts';
import { type Heard, hears, waitForLastingSilence } from '../audio/heard.ts';

/** What the user of a page hears of a call. */
export interface PageHeard extends Heard {
  /** Whether an element of the page plays it aloud; if not, it arrives but nobody hears it. */
  readonly playing: boolean;
}

/** Counters of all peer connections of a page, in the order in which they were made. */
export interface CallStats {
  readonly connections: readonly {
    readonly state: string;
    readonly ice: string;
    readonly signaling: string;
  }[];
  readonly inbound: readonly {
    readonly packets: number;
    readonly bytes: number;
    readonly lost: number;
    readonly jitterSeconds: number;
    /** Such as `audio/PCMA`. */
    readonly codec: string;
  }[];
  readonly outbound: readonly {
    readonly packets: number;
    readonly bytes: number;
    readonly codec: string;
  }[];
}

/** A notification a page has shown. */
export interface PageNotification {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** An offence against accessibility rules. */
export interface AxeViolation {
  readonly rule: string;
  readonly impact: 'serious' | 'critical';
  readonly help: string;
  /** Selectors of the elements. */
  readonly targets: readonly string[];
}

/** The dominating frequency of what arrives from the far end, over the last third of a second. */
export function heard(page: Page): Promise<PageHeard> {
  return page.evaluate<PageHeard>('__trunklineTap.heard()');
}

/** Waits until a page plays a tone aloud. */
export async function waitToHear(
  page: Page,
  hz: number,
  options: WaitOptions = {},
): Promise<PageHeard> {
  let last: PageHeard | undefined;
  return waitFor(
    `the page to play ${hz} Hz`,
    async () => {
      last = await heard(page);
      return last.playing && hears(last, hz) ? last : undefined;
    },
    { ...options, explain: () => `heard ${JSON.stringify(last)}` },
  );
}

/** Waits for half a second in which nothing comes from the far end. */
export function waitForSilence(page: Page, options?: WaitOptions): Promise<void> {
  return waitForLastingSilence('the page', () => heard(page), options);
}

/** Whether the page makes a sound of its own at this moment, such as a ringing tone. */
export function rings(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('__trunklineTap.rings()');
}

/** The notifications shown since the page was loaded. */
export function notifications(page: Page): Promise<readonly PageNotification[]> {
  return page.evaluate<readonly PageNotification[]>('__trunklineTap.notifications');
}

/** Counters of the page's peer connections. */
export function callStats(page: Page): Promise<CallStats> {
  return page.evaluate<CallStats>('__trunklineTap.stats()');
}

/** Takes a picture of what is visible, with fonts loaded and animations at their end. */
export async function screenshot(page: Page, path: string): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path, animations: 'disabled', caret: 'hide', scale: 'css' });
}

/** What axe finds serious or critical in a page without frames of other origins. */
export async function seriousViolations(page: Page): Promise<readonly AxeViolation[]> {
  // All at once in the page itself: the other way opens a blank page each time to put the parts
  // of frames together. What passes is not listed: finding words for it takes as long again.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations.flatMap(({ id, impact, help, nodes }) =>
    impact === 'serious' || impact === 'critical'
      ? [{ rule: id, impact, help, targets: nodes.map((node) => node.target.join(' ')) }]
      : [],
  );
}
