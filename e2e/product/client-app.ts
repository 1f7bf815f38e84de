import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../harness/wait-for.ts';

/** A person at the web client, in English: what they see and press. */
export interface ClientUser {
  readonly page: Page;
  dial(number: string): Promise<void>;
  /** The card of an incoming call, once it rings. */
  ringing(from: string | RegExp): Promise<Locator>;
  answer(): Promise<void>;
  reject(): Promise<void>;
  hangUp(): Promise<void>;
  /** Presses keys of the keypad of the running call. */
  press(keys: string): Promise<void>;
  /** Waits until the call card shows its timer. */
  connected(): Promise<void>;
  /** Waits until no call is on screen any more. */
  idle(): Promise<void>;
  /** Waits until a colleague's line in the list reads like this. */
  sees(name: string, words: RegExp): Promise<void>;
}

export interface SignInOptions {
  url: string;
  identity: string;
  password: string;
}

/** Signs a person in at the web client and waits for the people page. */
export async function signInAtClient(page: Page, options: SignInOptions): Promise<ClientUser> {
  await page.goto(options.url);
  await page.getByLabel('User name').fill(options.identity);
  await page.getByLabel('Password', { exact: true }).fill(options.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Main navigation' }).first().waitFor();
  return clientUser(page);
}

/** Signs in at the client or the portal whatever the language: by the form's fields. */
export async function signInByForm(page: Page, options: SignInOptions): Promise<void> {
  await page.goto(options.url);
  await page.locator('input[autocomplete="username"]').fill(options.identity);
  await page.locator('input[autocomplete="current-password"]').fill(options.password);
  await page.locator('form button[type="submit"]').click();
  await page.getByRole('navigation').getByRole('link').first().waitFor();
}

function clientUser(page: Page): ClientUser {
  const card = () => page.getByRole('region', { name: /^Call:/ });
  const ringCard = () => page.getByRole('region', { name: /^Call from/ });
  return {
    page,
    async dial(number) {
      const field = page.getByRole('combobox', { name: 'Find a name or dial a number' });
      await field.fill(number);
      await field.press('Enter');
    },
    async ringing(from) {
      const found = page.getByRole('region', {
        name: typeof from === 'string' ? `Call from ${from}` : from,
      });
      await found.waitFor({ timeout: 15_000 });
      return found;
    },
    answer: () => ringCard().getByRole('button', { name: 'Answer', exact: true }).click(),
    reject: () => ringCard().getByRole('button', { name: 'Reject', exact: true }).click(),
    hangUp: () =>
      card()
        .getByRole('button', { name: /^(Hang up|Cancel)$/ })
        .click(),
    async press(keys) {
      const keypad = card().getByRole('button', { name: 'Keypad' });
      if ((await keypad.getAttribute('aria-pressed')) !== 'true') await keypad.click();
      for (const key of keys)
        await card()
          .getByRole('button', { name: new RegExp(`^[${key}]\\s*[A-Z]*$`) })
          .click();
    },
    async connected() {
      await card().getByRole('button', { name: 'Hang up' }).waitFor({ timeout: 15_000 });
    },
    async idle() {
      await waitFor(
        'no call on screen',
        async () => (await card().count()) + (await ringCard().count()) === 0,
        {
          timeoutMs: 15_000,
        },
      );
    },
    async sees(name, words) {
      const line = page.getByRole('listitem').filter({ hasText: name });
      let last = '';
      await waitFor(
        `${name} to be shown as ${words}`,
        async () => {
          last = (await line.first().textContent()) ?? '';
          return words.test(last);
        },
        { timeoutMs: 15_000, explain: () => `last seen: ${last}` },
      );
    },
  };
}
