import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchChromium } from '../peers/chromium/chromium.ts';
import { signInByForm } from '../product/client-app.ts';
import { startProduct } from '../product/product.ts';

/** Takes the pictures under docs/screenshots of the running product with its demo tenant. */
const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const password = 'trunkline-demo';
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

interface Look {
  readonly name: string;
  readonly locale: 'de-DE' | 'en-GB';
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { width: number; height: number };
}

const looks: readonly Look[] = [
  { name: 'en-light', locale: 'en-GB', colorScheme: 'light', viewport: wide },
  { name: 'de-light', locale: 'de-DE', colorScheme: 'light', viewport: wide },
  { name: 'en-dark', locale: 'en-GB', colorScheme: 'dark', viewport: wide },
  { name: 'de-phone', locale: 'de-DE', colorScheme: 'light', viewport: phone },
];

await mkdir(folder, { recursive: true });
await using product = await startProduct({ env: { TRUNKLINE_DEMO: 'on' } });
await using chromium = await launchChromium({ toneHz: 440 });
const identity = (name: string) => `${name}@demo.trunkline.localhost`;

async function shot(page: Page, what: string, look: Look): Promise<void> {
  // Skeletons and transitions are over.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(folder, `${what}-${look.name}.png`) });
}

async function signedIn(look: Look, name: string, path = '/'): Promise<Page> {
  const page = await chromium.newPage(look);
  await signInByForm(page, { url: product.url + path, identity: identity(name), password });
  return page;
}

const ben = await signedIn({ ...looks[0], name: 'ben' } as Look, 'ben');
for (const look of looks) {
  const front = await chromium.newPage(look);
  await front.goto(product.url);
  await shot(front, 'sign-in', look);
  await front.context().close();

  const anna = await signedIn(look, 'anna');
  await shot(anna, 'people', look);
  const field = anna.getByRole('combobox').first();
  await field.fill('10');
  await field.press('Enter');
  await anna.locator('section[aria-label*=":"] button').last().waitFor();
  await anna.waitForTimeout(4000);
  await shot(anna, 'call', look);
  await anna
    .locator('section[aria-label*=":"]')
    .getByRole('button', { name: /^(Hang up|Auflegen)$/ })
    .click();
  await field.fill('77');
  await field.press('Enter');
  await anna.waitForTimeout(2500);
  await anna.goto(`${product.url}/journal`);
  await shot(anna, 'journal', look);

  const dial = ben.getByRole('combobox').first();
  await dial.fill('20');
  await dial.press('Enter');
  await anna.getByRole('region', { name: /Ben Bergmann/ }).waitFor();
  await shot(anna, 'ringing', look);
  await ben.getByRole('button', { name: 'Cancel', exact: true }).click();
  await anna.context().close();

  const admin = await signedIn(look, 'admin', '/portal/');
  await shot(admin, 'portal-overview', look);
  await admin.goto(`${product.url}/portal/lines`);
  await admin.getByRole('link', { name: 'Simulierte Telefonanlage' }).first().click();
  await shot(admin, 'portal-lines', look);
  const groupPage = admin.url().split('?')[0] ?? '';
  await admin.goto(`${groupPage}?view=settings`);
  await admin.locator('#settings-media').evaluate((part) => part.scrollIntoView());
  await shot(admin, 'portal-media', look);
  await admin.goto(`${product.url}/portal/lines/new`);
  await admin.locator('#wizard-step').waitFor();
  await shot(admin, 'portal-wizard', look);
  await admin.goto(`${product.url}/portal/people`);
  await shot(admin, 'portal-people', look);
  await admin.goto(`${product.url}/portal/calls`);
  // The first call of the look, the one that was answered.
  const answered = admin.locator('tbody tr').filter({ hasText: '+49 301 234 510' });
  await answered.first().waitFor();
  await shot(admin, 'portal-calls', look);
  await answered.first().getByRole('link').click();
  await admin.locator('#timeline').evaluate((heading) => heading.scrollIntoView());
  await shot(admin, 'portal-ladder', look);
  await admin.context().close();
}
