import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from './peers/available.ts';
import { type Chromium, launchChromium } from './peers/chromium/chromium.ts';
import { seriousViolations, waitToHear } from './peers/chromium/measure.ts';
import { type ClientUser, signInAtClient, signInByForm } from './product/client-app.ts';
import { type Product, startProduct } from './product/product.ts';

const suite = needs('newcomer: the demo tenant and its simulated telephone system', 'chromium');
const identity = (name: string) => `${name}@demo.trunkline.localhost`;
const password = 'trunkline-demo';

describe.skipIf(suite.skip)(suite.name, () => {
  let product: Product;
  let chromium: Chromium;
  let anna: ClientUser;

  beforeAll(async () => {
    [product, chromium] = await Promise.all([
      startProduct({ env: { TRUNKLINE_DEMO: 'on' } }),
      launchChromium({ toneHz: 440, locale: 'en-GB' }),
    ]);
    anna = await signInAtClient(await chromium.newPage(), {
      url: product.url,
      identity: identity('anna'),
      password,
    });
  }, 120_000);

  afterAll(async () => {
    await chromium?.stop();
    await product?.stop();
  }, 60_000);

  test('a demo account signs in with one click', async () => {
    const page = await chromium.newPage();
    await page.goto(product.url);
    await page.getByRole('button', { name: /Clara Conrad/ }).click();
    await page.getByRole('navigation', { name: 'Main navigation' }).first().waitFor();
    await page.context().close();
  }, 30_000);

  test('10 echoes her voice', async () => {
    await anna.dial('10');
    await anna.connected();
    await waitToHear(anna.page, 440);
    await anna.hangUp();
    await anna.idle();
  }, 30_000);

  test('11 plays an announcement, 12 calls back', async () => {
    await anna.dial('11');
    await anna.connected();
    await anna.hangUp();
    await anna.idle();
    await anna.dial('12');
    await anna.ringing(/^Call from/);
    await anna.answer();
    await anna.connected();
    await anna.hangUp();
    await anna.idle();
  }, 60_000);

  test('anna calls ben through the telephone system: both hear the other', async () => {
    const ben = await signInAtClient(await chromium.newPage(), {
      url: product.url,
      identity: identity('ben'),
      password,
    });
    await anna.dial('21');
    await ben.ringing('Anna Albrecht');
    await ben.answer();
    await ben.connected();
    await waitToHear(ben.page, 440);
    await waitToHear(anna.page, 440);
    await ben.hangUp();
    await anna.idle();
    await ben.page.context().close();
  }, 60_000);

  describe.each([
    ['light', 'de-DE', { width: 1280, height: 800 }],
    ['dark', 'en-GB', { width: 1280, height: 800 }],
    ['light', 'en-GB', { width: 390, height: 844 }],
  ] as const)('%s, %s, %o: axe finds nothing serious', (colorScheme, locale, viewport) => {
    const views = [
      ['sign-in', '/', null],
      ['people', '/', 'anna'],
      ['journal', '/journal', 'anna'],
      ['settings', '/settings', 'anna'],
      ['portal sign-in', '/portal/', null],
      ['portal overview', '/portal/', 'admin'],
      ['portal people', '/portal/people', 'admin'],
      ['portal sites', '/portal/sites', 'admin'],
      ['portal lines', '/portal/lines', 'admin'],
    ] as const;
    /** One page a person: what a new profile and a sign-in cost is proven above. */
    const pages = new Map<string | null, Promise<Page>>();

    async function open(account: string | null): Promise<Page> {
      const page = await chromium.newPage({ colorScheme, locale, viewport });
      if (account)
        await signInByForm(page, {
          url: product.url + (account === 'admin' ? '/portal/' : '/'),
          identity: identity(account),
          password,
        });
      return page;
    }

    afterAll(async () => {
      for (const page of pages.values()) await (await page).context().close();
    });

    test.each(views)(
      '%s',
      async (_name, path, account) => {
        const opened = pages.get(account) ?? open(account);
        pages.set(account, opened);
        const page = await opened;
        await page.goto(product.url + path);
        await page.getByRole('main').first().waitFor();
        await page.waitForLoadState('networkidle');
        expect(await seriousViolations(page)).toEqual([]);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - window.innerWidth',
        );
        expect(overflow).toBeLessThanOrEqual(0);
      },
      120_000,
    );
  });
});
