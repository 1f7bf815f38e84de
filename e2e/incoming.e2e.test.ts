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

const suite = needs('incoming: the desk phone calls a user', 'kamailio', 'baresip', 'chromium');

describe.skipIf(suite.skip)(suite.name, () => {
  let kamailio: Kamailio;
  let phone: Baresip;
  let product: Product;
  let tenant: TestTenant;
  let chromium: Chromium;
  let anna: ClientUser;
  let annaApi: ApiClient;
  let seen = 0;

  beforeAll(async () => {
    kamailio = await startKamailio({ users: { 20: 'secret20', 22: 'secret22', 30: 'secret30' } });
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
      lines: { 20: 'secret20', 22: 'secret22' },
      people: {
        anna: { displayName: 'Anna Albrecht', number: '20' },
        clara: { displayName: 'Clara Conrad', number: '22' },
      },
    });
    await Promise.all([tenant.linesOpen(), phone.waitForRegistered()]);
    anna = await signInAtClient(await chromium.newPage(), {
      url: product.url,
      identity: tenant.identity('anna'),
      password: testPassword,
    });
    annaApi = await tenant.as('anna');
  }, 120_000);

  afterAll(async () => {
    await chromium?.stop();
    await product?.stop();
    await phone?.stop();
    await kamailio?.stop();
  }, 60_000);

  const dial = (number: string) => phone.dial(`sip:${number}@${kamailio.address}`);

  async function nextEntry(api: ApiClient, count: number): Promise<JournalEntry> {
    return waitFor('the journal entry', async () => {
      const { items } = await api.ok<{ items: JournalEntry[] }>('GET', '/v1/journal');
      return items.length === count ? items[0] : null;
    });
  }

  /** The status the node sent the PBX for the newest INVITE. */
  const answerOfNode = (status: number, since: number) =>
    kamailio.waitFor({ method: 'INVITE', kind: 'response', status }, { since });

  test('LIN-082 answered: both hear each other, the entry is exact and not marked', async () => {
    await dial('20');
    await anna.ringing('Empfang');
    await anna.answer();
    await phone.waitForEstablished();
    await anna.connected();
    await phone.waitToHear(440);
    await waitToHear(anna.page, 1000);
    await phone.hangup();
    await anna.idle();
    const entry = await nextEntry(annaApi, ++seen);
    expect(entry).toMatchObject({
      direction: 'incoming',
      result: 'answered',
      remoteNumber: '+49301234530',
      remoteName: 'Empfang',
      lineNumber: '+49301234520',
      endedBy: 'remote',
      unanswered: false,
    });
    expect(entry.durationMs).toBeGreaterThan(0);
  }, 60_000);

  test('LIN-064 rejected: the PBX receives 486, the entry is marked unanswered', async () => {
    const since = kamailio.records.length;
    await dial('20');
    await anna.ringing('Empfang');
    await anna.reject();
    expect((await answerOfNode(486, since)).status).toBe(486);
    await phone.waitForClosed();
    await anna.idle();
    expect(await nextEntry(annaApi, ++seen)).toMatchObject({
      direction: 'incoming',
      result: 'rejected',
      sipCode: 486,
      unanswered: true,
    });
  }, 60_000);

  test('cancelled: ringing stops at once, the PBX receives 487, a missed call is marked', async () => {
    const since = kamailio.records.length;
    await dial('20');
    await anna.ringing('Empfang');
    await phone.hangup();
    expect((await answerOfNode(487, since)).status).toBe(487);
    await anna.idle();
    expect(await nextEntry(annaApi, ++seen)).toMatchObject({
      direction: 'incoming',
      result: 'missed',
      unanswered: true,
      answeredAt: null,
      durationMs: 0,
    });
  }, 60_000);

  test('LIN-062 nobody signed in: the configured response 486, a missed call is marked', async () => {
    const since = kamailio.records.length;
    await dial('22');
    expect((await answerOfNode(486, since)).status).toBe(486);
    await phone.waitForClosed();
    const clara = await tenant.as('clara');
    expect(await nextEntry(clara, 1)).toMatchObject({
      direction: 'incoming',
      result: 'missed',
      sipCode: 486,
      unanswered: true,
    });
  }, 60_000);

  test('LIN-062 nobody signed in: another configured response is sent after a change', async () => {
    const path = `/v1/line-groups/${tenant.lineGroup.id}`;
    await tenant.api.ok('PATCH', path, { notSignedInResponse: 480 });
    const finals: (number | undefined)[] = [];
    await waitFor(
      'the new response to take effect',
      async () => {
        const since = kamailio.records.length;
        await dial('22');
        await phone.waitForClosed();
        const final = kamailio.records
          .slice(since)
          .find(
            (record) =>
              record.method === 'INVITE' &&
              record.to.includes('sip:22@') &&
              (record.status ?? 0) >= 480,
          );
        finals.push(final?.status);
        return final?.status === 480;
      },
      { timeoutMs: 20_000, explain: () => `answered so far: ${finals.join(', ')}` },
    );
  }, 60_000);
});
