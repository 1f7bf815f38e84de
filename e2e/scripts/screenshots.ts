import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../harness/wait-for.ts';
import { launchChromium } from '../peers/chromium/chromium.ts';
import { seriousViolations } from '../peers/chromium/measure.ts';
import { signInByForm } from '../product/client-app.ts';
import { startProduct } from '../product/product.ts';

/**
 * Takes the pictures under docs/screenshots of the running product with its demo tenant. Arguments:
 * names of looks, `client`, `portal`; those alone are taken then.
 */
const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const password = 'trunkline-demo';
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

interface Look {
  readonly name: string;
  readonly locale: 'de-DE' | 'en-GB';
  readonly colorScheme: 'light' | 'dark';
  readonly viewport: { width: number; height: number };
  readonly hasTouch?: boolean;
}

const all: readonly Look[] = [
  { name: 'en-light', locale: 'en-GB', colorScheme: 'light', viewport: wide },
  { name: 'de-light', locale: 'de-DE', colorScheme: 'light', viewport: wide },
  { name: 'en-dark', locale: 'en-GB', colorScheme: 'dark', viewport: wide },
  { name: 'de-phone', locale: 'de-DE', colorScheme: 'light', viewport: phone, hasTouch: true },
];
const chosen = process.argv.slice(2);
const named = all.filter(({ name }) => chosen.includes(name));
const looks = named.length > 0 ? named : all;
const both = !chosen.includes('client') && !chosen.includes('portal');

await mkdir(folder, { recursive: true });
// Another build of the web apps may be shown.
const { TRUNKLINE_WEB_ROOT } = process.env;
await using product = await startProduct({
  env: { TRUNKLINE_DEMO: 'on', ...(TRUNKLINE_WEB_ROOT ? { TRUNKLINE_WEB_ROOT } : {}) },
});
await using chromium = await launchChromium({ toneHz: 440 });
const identity = (name: string) => `${name}@demo.trunkline.localhost`;

/** What axe finds serious and what is wider than its window: no picture stands for it. */
function found(what: string): void {
  process.stderr.write(`${what}\n`);
  process.exitCode = 1;
}

async function shot(page: Page, what: string, look: Look): Promise<void> {
  // Skeletons and transitions are over.
  await page.waitForTimeout(700);
  await page.screenshot({ path: join(folder, `${what}-${look.name}.png`) });
  for (const violation of await seriousViolations(page))
    found(`${what}-${look.name}: ${JSON.stringify(violation)}`);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  if (Number(overflow) > 0) found(`${what}-${look.name}: ${overflow} px too wide`);
}

async function signedIn(look: Look, name: string, path = '/'): Promise<Page> {
  const page = await chromium.newPage(look);
  await signInByForm(page, { url: product.url + path, identity: identity(name), password });
  return page;
}

async function dial(page: Page, number: string): Promise<void> {
  const field = page.getByRole('combobox').first();
  await field.fill(number);
  await field.press('Enter');
}

/** The window of the call in full, once it talks. */
async function talking(page: Page, name: string | RegExp): Promise<Locator> {
  const card = page.getByRole('region', { name });
  await card.getByRole('button', { name: /^(Hang up|Auflegen)$/ }).waitFor();
  return card;
}

const press = (within: Page | Locator, name: string | RegExp) =>
  within.getByRole('button', { name }).first().click();

/** Ends a call that still rings; the telephone system may have given it up before. */
async function giveUp(caller: Page): Promise<void> {
  const cancel = caller.getByRole('button', { name: 'Cancel', exact: true }).first();
  if (await cancel.isVisible()) await cancel.click();
}

/** The softphone as Anna uses it; Ben and Clara are her colleagues. */
async function client(look: Look, ben: Page, clara: Page): Promise<void> {
  const anna = await signedIn(look, 'anna', '/people');
  await anna.getByRole('listitem').filter({ hasText: 'Ben Bergmann' }).first().waitFor();
  await shot(anna, 'people', look);
  await press(anna, /^(Line|Leitung) 20/);
  await anna.getByRole('switch').first().waitFor();
  await shot(anna, 'line-menu', look);
  await anna.keyboard.press('Escape');

  if (look.viewport === wide)
    await anna
      .getByRole('link', { name: /Ben Bergmann/ })
      .first()
      .click();
  await dial(anna, '10');
  let card = await talking(anna, /: /);
  const quality = card.getByRole('button', { name: /Voice quality|Sprachqualität/ });
  await quality.click();
  // The node tells its figures after its first intervals.
  await waitFor('figures of the whole way', async () => {
    const mos = await card.getByRole('row', { name: /^MOS/ }).getByRole('cell').allTextContents();
    return mos.length === 3 && mos.every((each) => /\d/.test(each));
  });
  await shot(anna, 'call', look);
  await quality.click();

  await press(card, /^(Transfer call|Gespräch vermitteln)$/);
  await card.getByRole('combobox').fill('be');
  await shot(anna, 'transfer', look);
  await press(card, /^(Ask first|Erst rückfragen)$/);
  await ben.getByRole('region', { name: /Anna Albrecht/ }).waitFor();
  await press(ben, 'Answer');
  card = await talking(anna, /: Ben Bergmann/);
  await anna.getByRole('button', { name: /^(Connect with|Mit .* verbinden)/ }).waitFor();
  await anna.waitForTimeout(2_000);
  await shot(anna, 'two-calls', look);

  await dial(clara, '20');
  await anna.getByRole('region', { name: /Clara Conrad/ }).waitFor();
  await shot(anna, 'second-call', look);
  await giveUp(clara);
  await anna.getByRole('region', { name: /Clara Conrad/ }).waitFor({ state: 'hidden' });
  await press(card, /^(Hang up|Auflegen)$/);
  await anna.waitForTimeout(1_000);
  await press(anna, /^(Hang up|Auflegen)$/);
  // What has ended stays on screen for a moment.
  await anna
    .getByRole('region', { name: /^(Call|Anruf): / })
    .first()
    .waitFor({ state: 'hidden' });
  await dial(anna, '77');
  await anna.waitForTimeout(2_500);
  await shot(anna, 'failed-call', look);
  await anna.goto(`${product.url}/journal`);
  await anna.getByRole('listitem').nth(3).waitFor();
  await shot(anna, 'journal', look);

  await dial(ben, '20');
  await anna.getByRole('region', { name: /Ben Bergmann/ }).waitFor();
  await shot(anna, 'ringing', look);
  await giveUp(ben);
  await anna.context().close();
}

async function portal(look: Look): Promise<void> {
  const admin = await signedIn(look, 'admin', '/portal/');
  await shot(admin, 'portal-overview', look);
  await admin.goto(`${product.url}/portal/lines`);
  await admin.getByRole('link', { name: 'Simulierte Telefonanlage' }).first().click();
  await admin.getByRole('link', { name: /SIP/ }).nth(1).waitFor();
  await shot(admin, 'portal-lines', look);
  const groupPage = admin.url().split('?')[0] ?? '';
  await admin.getByRole('row').filter({ hasText: '20' }).getByRole('link').click();
  await admin.getByRole('log').getByRole('listitem').nth(3).waitFor({ timeout: 90_000 });
  await shot(admin, 'portal-sip', look);
  await admin.goto(`${groupPage}?view=settings`);
  await admin.locator('#settings-media').evaluate((part) => part.scrollIntoView());
  await shot(admin, 'portal-media', look);
  await admin.getByRole('heading', { name: /^(Our address|Unsere Adresse)$/ }).evaluate((part) => {
    part.scrollIntoView({ block: 'center' });
  });
  await shot(admin, 'portal-listener', look);
  await admin.goto(`${product.url}/portal/lines/new`);
  await admin.locator('#wizard-step').waitFor();
  await shot(admin, 'portal-wizard', look);
  await admin.goto(`${product.url}/portal/people`);
  await shot(admin, 'portal-people', look);
  await admin.goto(`${product.url}/portal/calls`);
  // The first call of the look, the one that was answered.
  const answered = admin.locator('tbody tr').filter({ hasText: '+49 30 123 4510' });
  await answered.first().waitFor();
  await shot(admin, 'portal-calls', look);
  await answered.first().getByRole('link').click();
  await admin.locator('#timeline').evaluate((heading) => heading.scrollIntoView());
  await shot(admin, 'portal-ladder', look);
  await admin.context().close();
}

const helper: Look = { name: 'helper', locale: 'en-GB', colorScheme: 'light', viewport: wide };
const ben = await signedIn(helper, 'ben');
const clara = await signedIn(helper, 'clara');
for (const look of looks) {
  if (both || chosen.includes('client')) {
    const front = await chromium.newPage(look);
    await front.goto(product.url);
    await shot(front, 'sign-in', look);
    await front.context().close();
    await client(look, ben, clara);
  }
  if (both || chosen.includes('portal')) await portal(look);
}
