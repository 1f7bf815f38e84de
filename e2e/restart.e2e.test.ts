import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TempDir, tempDir } from './harness/temp-dir.ts';
import { waitFor } from './harness/wait-for.ts';
import { needs } from './peers/available.ts';
import { type Baresip, startBaresip } from './peers/baresip/baresip.ts';
import { type Chromium, launchChromium } from './peers/chromium/chromium.ts';
import { type Kamailio, startKamailio } from './peers/kamailio/kamailio.ts';
import type { ApiClient } from './product/api.ts';
import { type ClientUser, signInAtClient } from './product/client-app.ts';
import { type Product, removeInstallation, startProduct } from './product/product.ts';
import { provisionTenant, type TestTenant, testPassword } from './product/tenant.ts';
import { killAndAwaitSuccessor, type Victim } from './product/victims.ts';

const suite = needs(
  'restart: kill -9 of each process, idle and in a call',
  'kamailio',
  'baresip',
  'chromium',
);

describe.skipIf(suite.skip)(suite.name, () => {
  let kamailio: Kamailio;
  let phone: Baresip;
  let folder: TempDir;
  let product: Product;
  let tenant: TestTenant;
  let chromium: Chromium;
  let anna: ClientUser;
  let annaApi: ApiClient;
  let _calls = 0;

  beforeAll(async () => {
    kamailio = await startKamailio({ users: { 20: 'secret20', 30: 'secret30' } });
    folder = await tempDir('restart');
    [phone, product, chromium] = await Promise.all([
      startBaresip({
        user: '30',
        password: 'secret30',
        displayName: 'Empfang',
        registrar: kamailio.address,
        toneHz: 1000,
        answerMode: 'auto',
      }),
      startProduct({ dataDir: folder.path }),
      launchChromium({ toneHz: 440, locale: 'en-GB' }),
    ]);
    tenant = await provisionTenant(product, {
      pbx: kamailio,
      domain: kamailio.realm,
      lines: { 20: 'secret20' },
      people: { anna: { displayName: 'Anna Albrecht', number: '20' } },
    });
    await Promise.all([tenant.linesOpen(), phone.waitForRegistered()]);
    anna = await signInAtClient(await chromium.newPage(), {
      url: product.url,
      identity: tenant.identity('anna'),
      password: testPassword,
    });
  }, 120_000);

  afterAll(async () => {
    await chromium?.stop();
    await product?.stop();
    await phone?.stop();
    await kamailio?.stop();
    if (folder) await removeInstallation(folder);
  }, 60_000);

  /** Calls until one goes through: a service that comes back needs a moment, its user tries again. */
  async function talk(): Promise<void> {
    await waitFor(
      'a call to be established',
      async () => {
        await anna.dial('30');
        _calls++;
        try {
          await anna.page
            .getByRole('region', { name: /^Call:/ })
            .getByRole('button', { name: 'Hang up' })
            .waitFor({ timeout: 4_000 });
          return true;
        } catch {
          const close = anna.page.getByRole('button', { name: /^(Close|Cancel)$/ });
          if (await close.count()) await close.first().click();
          await anna.idle();
          return false;
        }
      },
      { timeoutMs: 45_000 },
    );
    await phone.waitToHear(440);
  }

  /** Answered entries; refused attempts of a service that was away are no matter here. */
  async function answeredEntries(): Promise<JournalEntry[]> {
    annaApi = await waitFor('a sign-in', () => tenant.as('anna'), { timeoutMs: 30_000 });
    const { items } = await annaApi.ok<{ items: JournalEntry[] }>('GET', '/v1/journal?limit=200');
    return items.filter((entry) => entry.answeredAt !== null);
  }

  async function oneMoreEntry(before: JournalEntry[]): Promise<JournalEntry> {
    const entries = await waitFor(
      'the journal entry',
      async () => {
        const now = await answeredEntries();
        return now.length > before.length ? now : null;
      },
      { timeoutMs: 30_000 },
    );
    expect(entries).toHaveLength(before.length + 1);
    expect(new Set(entries.map((entry) => entry.callId)).size).toBe(entries.length);
    const [newest] = entries;
    if (!newest) throw new Error('no entry');
    return newest;
  }

  const everyone: Victim[] = ['control-plane', 'edge', 'media-node', 'media-engine', 'database'];

  test.each(everyone)(
    'idle: %s is killed; a call works again without help',
    async (victim) => {
      const before = await answeredEntries();
      await killAndAwaitSuccessor(product, victim);
      await tenant.linesOpen();
      await talk();
      await anna.hangUp();
      await anna.idle();
      await oneMoreEntry(before);
    },
    120_000,
  );

  test.each<Victim>(['control-plane', 'edge', 'database'])(
    'in a call: %s is killed; the call goes on, its entry is there once',
    async (victim) => {
      const before = await answeredEntries();
      await talk();
      await killAndAwaitSuccessor(product, victim);
      await phone.waitToHear(440);
      await waitFor(
        'the client to be back',
        async () => {
          await anna.hangUp();
          return true;
        },
        { timeoutMs: 30_000 },
      );
      await phone.waitForClosed();
      await anna.idle();
      expect(await oneMoreEntry(before)).toMatchObject({ result: 'answered', endedBy: 'local' });
    },
    120_000,
  );

  test.each<Victim>(['media-node', 'media-engine'])(
    'in a call: %s is killed; the call ends at both sides, its entry says why, once',
    async (victim) => {
      const before = await answeredEntries();
      await talk();
      await killAndAwaitSuccessor(product, victim);
      await phone.waitForClosed();
      await anna.idle();
      expect(await oneMoreEntry(before)).toMatchObject({ result: 'answered', endedBy: 'system' });
    },
    120_000,
  );

  test('in a call: the supervisor is killed; after a new start the entry is there once', async () => {
    const before = await answeredEntries();
    await talk();
    const children = Object.values(await product.children());
    product.supervisor.signal('SIGKILL');
    await waitFor('all children to be gone', async () => children.every((pid) => !runs(pid)), {
      timeoutMs: 20_000,
    });
    const port = new URL(product.url).port;
    await product.supervisor.stop();
    product = await startProduct({ dataDir: folder.path, env: { TRUNKLINE_PORT: port } });
    await phone.waitForClosed();
    expect((await oneMoreEntry(before)).result).toBe('answered');
    await tenant.linesOpen();
  }, 120_000);
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
