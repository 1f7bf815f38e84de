import { beforeAll, describe, expect, test } from 'vitest';
import type { Baresip } from '../../peers/baresip/baresip.ts';
import { waitForSilence, waitToHear } from '../../peers/chromium/measure.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { browserHz, type Office } from '../office.ts';
import type { Cast } from './cast.ts';

/** Scripts of calls that are picked up, kept away or rejected. */
export function pickupScripts(cast: Cast): void {
  describe('pick-up, do not disturb, ways to reject, several devices of one person', () => {
    let office: Office;
    let phone: Baresip;
    let service: Baresip;
    let anna: ClientUser;
    let ben: ClientUser;

    beforeAll(() => {
      ({ office, anna, ben } = cast);
      phone = office.phone('30');
      service = office.phone('35');
    });

    async function bothHear(user: ClientUser): Promise<void> {
      await phone.waitToHear(browserHz);
      await waitToHear(user.page, 1000);
    }

    /** The final status the node gave the PBX for the newest call to a number. */
    async function refused(number: string): Promise<number | undefined> {
      const since = office.kamailio.records.length;
      await phone.dial(number);
      await phone.waitForClosed();
      return office.kamailio.records
        .slice(since)
        .find(
          ({ method, status, kind }) =>
            kind === 'response' && method === 'INVITE' && (status ?? 0) >= 408,
        )?.status;
    }

    test('LIN-072 ben picks up the call that rings at anna, without the PBX', async () => {
      await phone.dial('20');
      await anna.ringing('Empfang');
      await ben.pickUp('Anna Albrecht');
      await ben.connected();
      await bothHear(ben);
      await anna.idle();
      await phone.hangup();
      await ben.idle();
      const call = await office.nextCall();
      expect(call.verdict).toMatchObject({ code: 'picked_up', severity: 'ok' });
      expect(await office.entry('ben', call.id)).toMatchObject({ result: 'answered' });
      expect(await office.entry('anna', call.id)).toMatchObject({ unanswered: false });
    }, 120_000);

    test('two windows of anna ring; the first answer wins, the other one stops and says where', async () => {
      const second = await office.signIn('anna');
      await phone.dial('20');
      await Promise.all([anna.ringing('Empfang'), second.ringing('Empfang')]);
      await second.answer();
      await second.connected();
      await bothHear(second);
      await anna.page.getByText('On the phone on another device').waitFor({ timeout: 15_000 });
      expect(await anna.page.getByRole('region', { name: /^Call from/ }).count()).toBe(0);

      // She goes on at the first one, and then back: the PBX hears nothing of it.
      const since = office.kamailio.records.length;
      await anna.takeHere();
      await bothHear(anna);
      await waitForSilence(second.page);
      await second.takeHere();
      await bothHear(second);
      expect(
        office.kamailio.records.slice(since).filter(({ method }) => method === 'INVITE'),
      ).toEqual([]);
      await second.hangUp();
      await phone.waitForClosed();
      await anna.idle();
      await second.idle();
      await second.page.context().close();
      const call = await office.nextCall();
      const { events } = await office.timeline(call.id);
      expect(events.filter(({ type }) => type === 'call.moved')).toHaveLength(2);
      expect(await office.entry('anna', call.id)).toMatchObject({ result: 'answered' });
    }, 120_000);

    test('LIN-062 do not disturb, set in the client: the PBX is told 486 and nothing rings', async () => {
      await anna.setDoNotDisturb(true);
      await office.settled();
      expect(await refused('20')).toBe(486);
      const call = await office.nextCall();
      expect(call.verdict.code).toBe('do_not_disturb');
      expect(await office.entry('anna', call.id)).toMatchObject({ unanswered: true });
      await anna.setDoNotDisturb(false);
      await office.settled();
      await phone.dial('20');
      await anna.ringing('Empfang');
      await phone.hangup();
      await anna.idle();
    }, 120_000);

    test.each([
      ['21', 486],
      ['23', 603],
      ['24', 480],
    ])(
      'LIN-062 do not disturb on line %s: %i',
      async (number, status) => {
        await office.handling(number, { doNotDisturb: true });
        await office.settled();
        expect(await refused(number)).toBe(status);
        await office.handling(number, {});
        await office.settled();
        const call = await office.nextCall();
        expect(call.verdict.code).toBe('do_not_disturb');
      },
      120_000,
    );

    test('LIN-062 do not disturb with 180: the caller goes on hearing it ring', async () => {
      await office.handling('25', { doNotDisturb: true });
      await office.settled();
      const frida = await office.signIn('frida');
      await phone.dial('25');
      await phone.waitForRinging();
      expect(await frida.page.getByRole('region', { name: /^Call from/ }).count()).toBe(0);
      await phone.hangup();
      await office.nextCall();
      await frida.page.context().close();
      await office.handling('25', {});
      await office.settled();
    }, 120_000);

    test('LIN-064 the client chooses 603 where the group lets it', async () => {
      const since = office.kamailio.records.length;
      await phone.dial('20');
      const card = await anna.ringing('Empfang');
      await card.getByRole('button', { name: 'More ways to reject' }).click();
      await anna.page.getByRole('menuitem', { name: 'Decline the call' }).click();
      await phone.waitForClosed();
      await office.kamailio.waitFor({ method: 'INVITE', status: 603 }, { since });
      await anna.idle();
      expect((await office.nextCall()).result).toBe('rejected');
    }, 120_000);

    test.each([
      ['carl', '22', 603],
      ['dora', '23', 480],
    ])(
      'LIN-064 the group answers for %s on line %s: %i',
      async (person, number, status) => {
        const user = await office.signIn(person);
        const since = office.kamailio.records.length;
        await phone.dial(number);
        await user.ringing('Empfang');
        await user.reject();
        await phone.waitForClosed();
        await office.kamailio.waitFor({ method: 'INVITE', status }, { since });
        await user.idle();
        await user.page.context().close();
        expect(await office.nextCall()).toMatchObject({ result: 'rejected', sipCode: status });
      },
      120_000,
    );

    test('LIN-064 rejected with 180: the client is free, the caller still hears it ring', async () => {
      const frida = await office.signIn('frida');
      await phone.dial('25');
      await frida.ringing('Empfang');
      await phone.waitForRinging();
      await frida.reject();
      await frida.idle();
      expect(phone.events.at(-1)?.type).not.toBe('CALL_CLOSED');
      await phone.hangup();
      await frida.page.context().close();
      await office.nextCall();
    }, 120_000);

    test('LIN-065 no reject button on lines of a group that hides it', async () => {
      const emil = await office.signIn('emil');
      await phone.dial('24');
      const card = await emil.ringing('Empfang');
      expect(await card.getByRole('button', { name: 'Answer', exact: true }).count()).toBe(1);
      expect(await card.getByRole('button', { name: 'Reject', exact: true }).count()).toBe(0);
      await phone.hangup();
      await emil.idle();
      await emil.page.context().close();
      await office.nextCall();
    }, 120_000);

    test('LIN-071 LIN-027 LIN-070 carl fetches a call by the code of the PBX, then dials a feature code', async () => {
      const carl = await office.signIn('carl');
      const gerd = await office.signIn('gerd');
      const since = office.kamailio.records.length;
      await phone.dial('26');
      await gerd.ringing('Empfang');
      await carl.pickUp('Gerd Groß');
      await office.kamailio.waitFor(
        { method: 'INVITE', kind: 'request', ruriUser: '*5926' },
        { since },
      );
      await carl.connected();
      await waitToHear(carl.page, 1500);
      await service.waitToHear(browserHz);
      await carl.hangUp();
      await phone.hangup();
      await carl.idle();
      await gerd.page.context().close();
      await office.nextCalls(2);

      // A feature code opens a call window and goes out as it is.
      await carl.dialFeature('Night service');
      await office.kamailio.waitFor(
        { method: 'INVITE', kind: 'request', ruriUser: '*72' },
        { since },
      );
      await carl.connected();
      await waitToHear(carl.page, 1500);
      await carl.hangUp();
      await carl.idle();
      await carl.page.context().close();
      await office.nextCall();
    }, 120_000);
  });
}
