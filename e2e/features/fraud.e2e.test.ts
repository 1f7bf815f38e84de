import type { Alert } from '@trunkline/contracts/alerts.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { needs } from '../peers/available.ts';
import type { ClientUser } from '../product/client-app.ts';
import { type Office, openOffice } from './office.ts';

/** Calls as thieves of an account make them, in the order of a real night: by the second, abroad. */
const script = [
  // Satellite, international networks, premium rate: never dialled.
  '+88213 123456',
  '+870 77 1234567',
  '+883 510 123456',
  '+979 1 2345678',
  '0900 5 123456',
  '+1 900 555 0100',
  // Countries the company does not call.
  '+960 7 123456',
  '+252 61 1234567',
  '+53 5 1234567',
  '+675 7 123456',
];

const suite = needs('toll fraud: a stolen account is stopped', 'kamailio', 'baresip', 'chromium');

describe.skipIf(suite.skip)(suite.name, () => {
  let office: Office;
  let anna: ClientUser;

  beforeAll(async () => {
    office = await openOffice({
      people: { anna: ['Anna Albrecht', '20'] },
      phones: {
        30: { displayName: 'Empfang', toneHz: 1000 },
        35: { displayName: 'Ausland', toneHz: 1500, answerMode: 'auto' },
        36: { displayName: 'Leitstelle', toneHz: 700, answerMode: 'auto' },
      },
      pbx: { aliases: { '112': '36', '0112': '36', ...foreign() } },
    });
    const limits = await office.tenant.api.ok<object>('GET', '/v1/call-limits');
    const { callsPerMinuteUser: _mine, ...others } = limits as Record<string, unknown>;
    await office.tenant.api.ok('PUT', '/v1/call-limits', { ...others, callsPerMinuteUser: 5 });
    await office.settled();
    anna = await office.signIn('anna');
  }, 120_000);

  afterEach(() => office?.clear(), 30_000);

  afterAll(() => office?.stop(), 60_000);

  /** Numbers in France, which are allowed: the PBX would answer every one. */
  function foreign(): Record<string, string> {
    return Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`0003312345670${at}`, '35']));
  }

  const invites = (since: number) =>
    new Set(
      office.kamailio.records
        .slice(since)
        .filter(({ method, kind, toTag }) => method === 'INVITE' && kind === 'request' && !toTag)
        .map(({ ruriUser }) => ruriUser),
    );

  async function refused(number: string): Promise<string> {
    await anna.dial(number);
    const words = await anna.failure();
    await anna.page.getByRole('button', { name: 'Close' }).click();
    await anna.idle();
    return words;
  }

  const alerts = async () =>
    (await office.tenant.api.ok<{ items: Alert[] }>('GET', '/v1/alerts')).items.filter(
      ({ kind }) => kind === 'call_limit',
    );

  test('VOX-133 premium, satellite and unknown countries: nothing leaves the house, an alert says so', async () => {
    const since = office.kamailio.records.length;
    for (const number of script) expect(await refused(number)).not.toBe('');
    expect([...invites(since)]).toEqual([]);
    const found = await waitFor('an alert', async () => {
      const open = await alerts();
      return open.length > 0 && open;
    });
    expect(found[0]).toMatchObject({ resolvedAt: null });
    expect(JSON.stringify(found)).toMatch(/blocked_prefix|country/);
  }, 60_000);

  test('VOX-133 VOX-132 a burst to an allowed country is stopped within 10 calls; 112 still passes', async () => {
    const since = office.kamailio.records.length;
    let stoppedAt: number | undefined;
    for (let at = 0; at < 10 && stoppedAt === undefined; at += 1) {
      await anna.dial(`+33 1 2345670${at}`);
      const failed = await waitFor('the call to stand or to fail', async () => {
        const region = anna.page.getByRole('region', { name: /^Call:/ });
        if (await region.getByRole('button', { name: 'Close' }).count()) return 'failed';
        return (await region.getByRole('button', { name: 'Hang up' }).count()) > 0 && 'stands';
      });
      if (failed === 'failed') {
        stoppedAt = at;
        await anna.page.getByRole('button', { name: 'Close' }).click();
      } else await anna.hangUp();
      await anna.idle();
    }
    expect(stoppedAt).toBe(5);
    expect([...invites(since)]).toHaveLength(5);
    await waitFor('an alert of the burst', async () =>
      JSON.stringify(await alerts()).includes('user_call_rate'),
    );

    await anna.dial('112');
    await anna.connected();
    await office.phone('36').waitForEstablished();
    await anna.hangUp();
    await anna.idle();
    expect(await refused('30')).not.toBe('');
  }, 60_000);
});
