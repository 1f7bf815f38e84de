import type { Alert } from '@trunkline/contracts/alerts.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../harness/wait-for.ts';
import type { ClientUser } from '../../product/client-app.ts';
import type { Office } from '../office.ts';
import type { Cast } from './cast.ts';

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

/** Numbers in France, which are allowed: the PBX would answer every one, as phone 35. */
export const foreignAliases: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [`0003312345670${at}`, '35']),
);

/**
 * Scripts of a stolen account. They come last in their office: from then on its people may place five
 * calls a minute.
 */
export function fraudScripts(cast: Cast): void {
  describe('toll fraud: a stolen account is stopped', () => {
    let office: Office;
    let fritz: ClientUser;

    beforeAll(async () => {
      ({ office } = cast);
      const limits = await office.tenant.api.ok<object>('GET', '/v1/call-limits');
      const { callsPerMinuteUser: _mine, ...others } = limits as Record<string, unknown>;
      await office.tenant.api.ok('PUT', '/v1/call-limits', { ...others, callsPerMinuteUser: 5 });
      await office.settled();
      fritz = await office.signIn('fritz');
    }, 120_000);

    const invites = (since: number) =>
      new Set(
        office.kamailio.records
          .slice(since)
          .filter(({ method, kind, toTag }) => method === 'INVITE' && kind === 'request' && !toTag)
          .map(({ ruriUser }) => ruriUser),
      );

    async function refused(number: string): Promise<string> {
      await fritz.dial(number);
      const words = await fritz.failure();
      await fritz.page.getByRole('button', { name: 'Close' }).click();
      await fritz.idle();
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
    }, 120_000);

    test('VOX-133 VOX-132 a burst to an allowed country is stopped within 10 calls; 112 still passes', async () => {
      const since = office.kamailio.records.length;
      let stoppedAt: number | undefined;
      for (let at = 0; at < 10 && stoppedAt === undefined; at += 1) {
        await fritz.dial(`+33 1 2345670${at}`);
        const failed = await waitFor('the call to stand or to fail', async () => {
          const region = fritz.page.getByRole('region', { name: /^Call:/ });
          if (await region.getByRole('button', { name: 'Close' }).count()) return 'failed';
          return (await region.getByRole('button', { name: 'Hang up' }).count()) > 0 && 'stands';
        });
        if (failed === 'failed') {
          stoppedAt = at;
          await fritz.page.getByRole('button', { name: 'Close' }).click();
        } else await fritz.hangUp();
        await fritz.idle();
      }
      expect(stoppedAt).toBe(5);
      expect([...invites(since)]).toHaveLength(5);
      await waitFor('an alert of the burst', async () =>
        JSON.stringify(await alerts()).includes('user_call_rate'),
      );

      await fritz.dial('112');
      await fritz.connected();
      await office.phone('36').waitForEstablished();
      await fritz.hangUp();
      await fritz.idle();
      expect(await refused('30')).not.toBe('');
    }, 120_000);
  });
}
