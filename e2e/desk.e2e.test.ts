import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from './harness/wait-for.ts';
import { needs } from './peers/available.ts';
import { type Baresip, startBaresip } from './peers/baresip/baresip.ts';
import { type Chromium, launchChromium } from './peers/chromium/chromium.ts';
import { waitToHear } from './peers/chromium/measure.ts';
import { type Kamailio, startKamailio } from './peers/kamailio/kamailio.ts';
import type { ApiClient } from './product/api.ts';
import { type ClientUser, signInAtClient } from './product/client-app.ts';
import { type Product, startProduct } from './product/product.ts';
import { provisionTenant, type TestTenant, testPassword } from './product/tenant.ts';

const suite = needs(
  'desk: a user and a desk phone talk through the company’s own PBX',
  'kamailio',
  'baresip',
  'chromium',
);

describe.skipIf(suite.skip)(suite.name, () => {
  let kamailio: Kamailio;
  let phone: Baresip;
  let product: Product;
  let tenant: TestTenant;
  let chromium: Chromium;
  let anna: ClientUser;
  let ben: ClientUser;
  let annaApi: ApiClient;

  beforeAll(async () => {
    kamailio = await startKamailio({ users: { 20: 'secret20', 21: 'secret21', 30: 'secret30' } });
    [phone, product, chromium] = await Promise.all([
      startBaresip({
        user: '30',
        password: 'secret30',
        displayName: 'Empfang',
        registrar: kamailio.address,
        toneHz: 1000,
        answerMode: 'manual',
      }),
      startProduct(),
      launchChromium({ toneHz: 440, locale: 'en-GB' }),
    ]);
    tenant = await provisionTenant(product, {
      pbx: kamailio,
      domain: kamailio.realm,
      lines: { 20: 'secret20', 21: 'secret21' },
      people: {
        anna: { displayName: 'Anna Albrecht', number: '20' },
        ben: { displayName: 'Ben Bergmann', number: '21' },
        dora: { displayName: 'Dora Desk', number: '30' },
      },
    });
    await Promise.all([tenant.linesOpen(), phone.waitForRegistered()]);
    const signIn = async (name: string) =>
      signInAtClient(await chromium.newPage(), {
        url: product.url,
        identity: tenant.identity(name),
        password: testPassword,
      });
    anna = await signIn('anna');
    ben = await signIn('ben');
    annaApi = await tenant.as('anna');
  }, 120_000);

  afterAll(async () => {
    await chromium?.stop();
    await product?.stop();
    await phone?.stop();
    await kamailio?.stop();
  }, 60_000);

  const journal = async () =>
    (await annaApi.ok<{ items: JournalEntry[] }>('GET', '/v1/journal')).items;

  async function talk(): Promise<void> {
    await phone.waitForIncoming();
    await ben.sees('Anna Albrecht', /On the phone/);
    await phone.accept();
    await phone.waitForEstablished();
    await anna.connected();
    await phone.waitToHear(440);
    await waitToHear(anna.page, 1000);
  }

  async function entryAfter(count: number): Promise<JournalEntry> {
    return waitFor('the journal entry', async () => {
      const entries = await journal();
      return entries.length === count ? entries[0] : null;
    });
  }

  test('SVC-001 anna dials 30, both hear each other, 1234# arrives, anna hangs up', async () => {
    await ben.sees('Anna Albrecht', /Available/);
    const before = Date.now();
    await anna.dial('30');
    await talk();
    await anna.press('1234#');
    await phone.waitForDtmf('1234#');
    await anna.hangUp();
    await phone.waitForClosed();
    await ben.sees('Anna Albrecht', /Available/);
    await anna.idle();

    const entry = await entryAfter(1);
    expect(entry).toMatchObject({
      direction: 'outgoing',
      result: 'answered',
      remoteNumber: '+49301234530',
      remoteName: 'Dora Desk',
      lineNumber: '+49301234520',
      endedBy: 'local',
      unanswered: false,
      private: false,
    });
    expectExactTimes(entry, before);
  }, 60_000);

  test('the desk phone hangs up', async () => {
    const before = Date.now();
    await anna.dial('+49 (30) 12345-30');
    await talk();
    await phone.hangup();
    await anna.idle();
    await ben.sees('Anna Albrecht', /Available/);

    const entry = await entryAfter(2);
    expect(entry).toMatchObject({
      direction: 'outgoing',
      result: 'answered',
      remoteNumber: '+49301234530',
      remoteName: 'Dora Desk',
      lineNumber: '+49301234520',
      endedBy: 'remote',
    });
    expectExactTimes(entry, before);
  }, 60_000);

  test('a number nobody has ends with the reason of the PBX', async () => {
    await anna.dial('77');
    const entry = await entryAfter(3);
    expect(entry).toMatchObject({
      direction: 'outgoing',
      result: 'failed',
      sipCode: 404,
      remoteNumber: '+49301234577',
    });
    await anna.idle();
  }, 30_000);

  test('NUM-091 D-05: 0171-1234567 arrives at the PBX as 001711234567', async () => {
    const since = kamailio.records.length;
    await anna.dial('0171-1234567');
    const invite = await kamailio.waitFor({ method: 'INVITE', kind: 'request' }, { since });
    expect(invite.ruriUser).toBe('001711234567');
    await anna.idle();
    expect((await entryAfter(4)).remoteNumber).toBe('+491711234567');
  }, 30_000);
});

/** Start, answer and end lie in this order inside the test, and the talk time is theirs. */
function expectExactTimes(entry: JournalEntry, before: number): void {
  const [started, answered, ended] = [entry.startedAt, entry.answeredAt ?? '', entry.endedAt].map(
    (text) => Date.parse(text),
  );
  if (started === undefined || answered === undefined || ended === undefined)
    throw new Error('times are missing');
  expect(started).toBeGreaterThanOrEqual(before);
  expect(answered).toBeGreaterThan(started);
  expect(ended).toBeGreaterThan(answered);
  expect(ended).toBeLessThanOrEqual(Date.now());
  expect(Math.abs(entry.durationMs - (ended - answered))).toBeLessThanOrEqual(50);
}
