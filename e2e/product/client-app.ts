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
  /** Puts the running call on hold, and waits until it is. */
  hold(): Promise<void>;
  /** Takes the call in full back from hold, and waits until it is. */
  resume(): Promise<void>;
  /** Goes back to a call that waits behind the one in full; the first one if not named. */
  swap(to?: string): Promise<void>;
  /** Waits until the call in full reads like this: on hold, held by the other side, transferring. */
  callReads(words: string | RegExp): Promise<void>;
  /** Hands the running call over at once, to a name or a number. */
  transferTo(target: string): Promise<void>;
  /** Calls a name or number while the running call waits, and waits for that call's window. */
  consult(target: string): Promise<void>;
  /** Joins the call that waits with the one that goes on; the first that waits if not named. */
  connect(waiting?: string): Promise<void>;
  /** Takes a ringing call while talking: the running one is held, or ended. */
  answerWaiting(running: 'hold' | 'end'): Promise<void>;
  /** Sends a ringing call on, to a name, a number or the own mailbox. */
  redirect(target: string | { mailbox: true }): Promise<void>;
  /** Picks up the call that rings at a colleague, once it shows. */
  pickUp(name: string): Promise<void>;
  /** Takes a call over from another device or window. */
  takeHere(): Promise<void>;
  /** Switches do not disturb of a line by its short number. */
  setDoNotDisturb(on: boolean, line?: string): Promise<void>;
  /** Sets the forwarding of a line; what is left out is switched off. */
  setForwarding(forwarding: ForwardingWish, line?: string): Promise<void>;
  /** Dials a feature code by its name. */
  dialFeature(name: string, line?: string): Promise<void>;
  /** Voice quality in words, and the figures of each part of the way as the details show them. */
  quality(): Promise<ShownQuality>;
  /** What the failed call's window says. */
  failure(): Promise<string>;
  /** Presses keys of the keypad of the running call. */
  press(keys: string): Promise<void>;
  /** Waits until the call card shows its timer. */
  connected(): Promise<void>;
  /** Waits until no call is on screen any more. */
  idle(): Promise<void>;
  /** Waits until a colleague's line in the list reads like this. */
  sees(name: string, words: RegExp): Promise<void>;
}

/** Targets by case, as typed; with no answer also after how many seconds. */
export interface ForwardingWish {
  always?: string;
  busy?: string;
  noAnswer?: { number: string; seconds: number };
  signedOut?: string;
}

/** Row by row of the details: what the browser hears, what comes from it, from the PBX. */
export interface ShownQuality {
  readonly words: string;
  readonly figures: Readonly<Record<string, readonly string[]>>;
}

export interface SignInOptions {
  url: string;
  identity: string;
  password: string;
}

/** Signs a person in at the web client and waits until calls can reach the window. */
export async function signInAtClient(page: Page, options: SignInOptions): Promise<ClientUser> {
  await page.goto(options.url);
  await page.getByLabel('User name').fill(options.identity);
  await page.getByLabel('Password', { exact: true }).fill(options.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  // The own status is known once the realtime session stands; before, nobody is signed in here.
  await page
    .getByRole('button', { name: /^Your status: (?!Connecting|No connection|Status unknown)/ })
    .waitFor();
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
  const waiting = (name?: string) =>
    page.getByRole('region', { name: name ? `On hold: ${name}` : /^On hold:/ }).first();

  /** Opens the transfer panel and types a target; the first that fits is chosen. */
  async function pickTarget(target: string): Promise<void> {
    const transfer = card().getByRole('button', { name: 'Transfer call' });
    if ((await transfer.getAttribute('aria-expanded')) !== 'true') await transfer.click();
    await card().getByRole('combobox', { name: 'Transfer to' }).fill(target);
  }

  /** Opens the line menu; the part of one line, the first if not named. */
  async function openLine(line?: string): Promise<Locator> {
    const menu = page.getByRole('dialog', { name: 'Your lines' });
    if (!(await menu.isVisible()))
      await page
        .getByRole('button', { name: /^Line .*: / })
        .first()
        .click();
    const part = menu.getByRole('region', { name: line ? `Line ${line}` : /^Line/ }).first();
    await part.waitFor();
    return part;
  }

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
    async hold() {
      await card().getByRole('button', { name: 'Hold call' }).click();
      await card().getByRole('button', { name: 'Resume call' }).waitFor({ timeout: 15_000 });
    },
    async resume() {
      await card().getByRole('button', { name: 'Resume call' }).click();
      await card().getByRole('button', { name: 'Hold call' }).waitFor({ timeout: 15_000 });
    },
    async swap(to) {
      const name = to ? `Swap to ${to}` : /^(Swap to|Resume the call with) /;
      await waiting(to).getByRole('button', { name }).click();
    },
    async callReads(words) {
      await card().getByRole('listitem').filter({ hasText: words }).waitFor({ timeout: 15_000 });
    },
    async transferTo(target) {
      await pickTarget(target);
      await card().getByRole('button', { name: 'Transfer now' }).click();
    },
    async consult(target) {
      await pickTarget(target);
      await card().getByRole('button', { name: 'Ask first' }).click();
      await waiting().waitFor({ timeout: 15_000 });
    },
    connect: (who) =>
      waiting(who)
        .getByRole('button', { name: /^Connect with / })
        .click(),
    answerWaiting: (running) =>
      ringCard()
        .getByRole('button', { name: running === 'hold' ? /^Hold and answer/ : /^End and answer/ })
        .click(),
    async redirect(target) {
      await ringCard().getByRole('button', { name: 'Send to …' }).click();
      if (typeof target === 'object') {
        await ringCard().getByRole('button', { name: 'To my mailbox' }).click();
        return;
      }
      await ringCard().getByRole('combobox', { name: 'Send the call to' }).fill(target);
      await ringCard().getByRole('button', { name: 'Send', exact: true }).click();
    },
    pickUp: (name) =>
      page
        .getByRole('button', { name: `Pick up the call for ${name}` })
        .first()
        .click({ timeout: 15_000 }),
    async takeHere() {
      const take = page.getByRole('button', { name: 'Take here' });
      await take.click({ timeout: 15_000 });
      await card().getByRole('button', { name: 'Hang up' }).waitFor({ timeout: 15_000 });
    },
    async setDoNotDisturb(on, line) {
      const part = await openLine(line);
      const toggle = part.getByRole('switch', { name: 'Do not disturb' });
      if ((await toggle.getAttribute('aria-checked')) !== String(on)) await toggle.click();
      await waitFor(
        `do not disturb to be ${on ? 'on' : 'off'}`,
        async () => (await toggle.getAttribute('aria-checked')) === String(on),
        { timeoutMs: 15_000 },
      );
      await page.keyboard.press('Escape');
    },
    async setForwarding(wish, line) {
      await (await openLine(line)).getByRole('button', { name: 'Change forwarding' }).click();
      const drawer = page.getByRole('dialog', { name: /^Forwarding of line/ });
      const cases: [string, string | undefined][] = [
        ['Always', wish.always],
        ['While I talk', wish.busy],
        ['When I do not answer', wish.noAnswer?.number],
        ['While I am signed out', wish.signedOut],
      ];
      for (const [legend, target] of cases) {
        const row = drawer.getByRole('group', { name: legend });
        await row.getByRole('checkbox').setChecked(target !== undefined);
        if (target) await row.getByLabel('To a colleague or number').fill(target);
      }
      if (wish.noAnswer)
        await drawer
          .getByRole('combobox', { name: /^after/ })
          .selectOption(String(wish.noAnswer.seconds));
      await drawer.getByRole('button', { name: 'Save' }).click();
      await drawer.waitFor({ state: 'hidden', timeout: 15_000 });
    },
    async dialFeature(name, line) {
      await (await openLine(line)).getByRole('button', { name, exact: true }).click();
    },
    async quality() {
      const bars = card().getByRole('button', { name: /Voice quality/ });
      if ((await bars.getAttribute('aria-expanded')) !== 'true') await bars.click();
      const table = card().getByRole('table');
      await table.waitFor();
      const figures: Record<string, string[]> = {};
      for (const row of await table.locator('tbody tr').all()) {
        const [name = '', ...cells] = await row.locator('th, td').allTextContents();
        figures[name] = cells;
      }
      const label = (await bars.getByRole('img').last().getAttribute('aria-label')) ?? '';
      return { words: label.replace('Voice quality: ', ''), figures };
    },
    async failure() {
      const failed = card().filter({ has: page.getByRole('button', { name: 'Close' }) });
      await failed.waitFor({ timeout: 15_000 });
      return (await failed.textContent()) ?? '';
    },
    async press(keys) {
      const keypad = card().getByRole('button', { name: 'Keypad' });
      if ((await keypad.getAttribute('aria-expanded')) !== 'true') await keypad.click();
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
