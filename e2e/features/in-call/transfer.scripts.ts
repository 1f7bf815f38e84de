import type { CallTimeline } from '@trunkline/contracts/call-records.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Baresip } from '../../peers/baresip/baresip.ts';
import { waitToHear } from '../../peers/chromium/measure.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { browserHz, type Office } from '../office.ts';
import type { Cast } from './cast.ts';

/** Scripts of calls handed to somebody else. */
export function transferScripts(cast: Cast): void {
  describe('transfer: blind and attended, joined here or by the PBX', () => {
    let office: Office;
    let low: Baresip;
    let high: Baresip;
    /** Her group joins calls on our node. */
    let anna: ClientUser;
    /** His group lets the PBX transfer. */
    let ben: ClientUser;

    beforeAll(() => {
      ({ office, anna, ben } = cast);
      [low, high] = [office.phone('30'), office.phone('31')];
    });

    async function talkToLow(user: ClientUser): Promise<void> {
      await user.dial('30');
      await low.waitForIncoming();
      await low.accept();
      await low.waitForEstablished();
      await user.connected();
      await low.waitToHear(browserHz);
      await waitToHear(user.page, 1000);
    }

    async function phonesTalk(): Promise<void> {
      await low.waitToHear(1500);
      await high.waitToHear(1000);
    }

    /** The user has the phone 30 again as if nothing had been. */
    async function hasLowAgain(user: ClientUser): Promise<void> {
      await low.waitToHear(browserHz);
      await waitToHear(user.page, 1000);
      await user.hangUp();
      await low.waitForClosed();
      await user.idle();
    }

    const transfers = ({ events }: CallTimeline) =>
      events.flatMap(({ type, data }) => {
        if (type !== 'call.transferred') return [];
        const { kind, method, state } = data as { kind: string; method: string; state: string };
        return [`${kind} ${method} ${state}`];
      });

    test('join, blind: both phones hear each other, anna is free for the next call', async () => {
      await talkToLow(anna);
      await anna.transferTo('31');
      await high.waitForIncoming();
      await high.accept();
      await high.waitForEstablished();
      await phonesTalk();
      await anna.idle();
      // Free at once: she calls while the two talk.
      await anna.dial('40');
      await waitToHear(anna.page, 660);
      await anna.hangUp();
      await anna.idle();
      await phonesTalk();
      await high.hangup();
      await low.waitForClosed();

      const [call] = await office.nextCalls(2);
      expect(call?.verdict).toMatchObject({ code: 'transferred', severity: 'ok' });
      expect(transfers(await office.timeline(call?.id ?? ''))).toEqual([
        'blind join tried',
        'blind join accepted',
      ]);
      expect(await office.entry('anna', call?.id ?? '')).toMatchObject({ result: 'answered' });
    }, 120_000);

    test('refer, blind: the PBX is told once and the phones talk without us', async () => {
      await talkToLow(ben);
      const since = office.kamailio.records.length;
      await ben.transferTo('31');
      await high.waitForIncoming();
      await high.accept();
      await high.waitForEstablished();
      await phonesTalk();
      await ben.idle();
      const { headers } = await office.kamailio.waitFor({ method: 'REFER' }, { since });
      expect(headers.get('refer-to')?.[0]).toContain('sip:31@');
      const call = await office.nextCall();
      expect(call.verdict).toMatchObject({ code: 'transferred', severity: 'ok' });
      expect(transfers(await office.timeline(call.id))).toEqual([
        'blind refer tried',
        'blind refer accepted',
      ]);
      // Ours is over, theirs goes on.
      await phonesTalk();
      await high.hangup();
    }, 120_000);

    test('join, attended: anna asks first, then connects; the two hear each other', async () => {
      await talkToLow(anna);
      await anna.consult('31');
      await high.waitForIncoming();
      await high.accept();
      await high.waitForEstablished();
      await high.waitToHear(browserHz);
      await waitToHear(anna.page, 1500);
      await low.waitForSilence();
      await anna.connect();
      await phonesTalk();
      await anna.idle();
      await low.hangup();
      await high.waitForClosed();
      const [first, second] = await office.nextCalls(2);
      const told = [first, second].map((call) => call?.verdict.code);
      expect(told).toEqual(['transferred', 'transferred']);
    }, 120_000);

    test('refer, attended: the phones of the PBX follow Replaces', async () => {
      const [one, two] = [office.softPhone('40'), office.softPhone('41')];
      await ben.dial('40');
      await one.waitToHear(browserHz);
      await waitToHear(ben.page, 660);
      await ben.consult('41');
      await two.waitToHear(browserHz);
      await waitToHear(ben.page, 880);
      const since = office.kamailio.records.length;
      await ben.connect();
      await one.waitToHear(880);
      await two.waitToHear(660);
      await ben.idle();
      const { headers } = await office.kamailio.waitFor({ method: 'REFER' }, { since });
      expect(headers.get('refer-to')?.[0]).toMatch(/Replaces=/);
      one.hangUp();
      await Promise.all([one.waitForIdle(), two.waitForIdle()]);
      await office.nextCalls(2);
    }, 120_000);

    describe.each([
      ['join', () => anna],
      ['refer', () => ben],
    ] as const)('%s: a target that does not take the call', (_method, user) => {
      test('busy: the caller is back', async () => {
        await talkToLow(user());
        await user().transferTo('31');
        await high.waitForIncoming();
        await high.hangup();
        await hasLowAgain(user());
        const call = await office.nextCall();
        expect(transfers(await office.timeline(call.id)).at(-1)).toMatch(/failed$/);
        expect(call.verdict).toMatchObject({ code: 'transfer_failed' });
      }, 120_000);

      test('not there: the caller is back', async () => {
        await talkToLow(user());
        await user().transferTo('39');
        await hasLowAgain(user());
        const call = await office.nextCall();
        expect(call.verdict).toMatchObject({ code: 'transfer_failed' });
      }, 120_000);
    });

    test('a phone of the PBX joins anna with another one: she is the one handed over', async () => {
      const one = office.softPhone('40');
      await anna.dial('40');
      const first = await one.waitForCall(/StreamsRunning/);
      await one.waitToHear(browserHz);
      await waitToHear(anna.page, 660);
      one.pause();
      await one.waitForCall(/Paused/);
      await anna.callReads(/on hold/i);
      one.dial('41');
      const second = await one.waitForCall(/StreamsRunning/);
      one.transferTo(first, second);
      await office.softPhone('41').waitToHear(browserHz);
      await waitToHear(anna.page, 880);
      await one.waitForIdle();
      await anna.hangUp();
      await office.softPhone('41').waitForIdle();
      await anna.idle();
      await office.nextCalls(1);
    }, 120_000);

    test('a phone of the PBX hands another one over to anna, whom it asked first', async () => {
      const [one, two] = [office.softPhone('40'), office.softPhone('41')];
      one.dial('41');
      const first = await one.waitForCall(/StreamsRunning/);
      await two.waitToHear(660);
      one.pause();
      await one.waitForCall(/Paused/);
      one.dial('20');
      await anna.ringing(/^Call from/);
      await anna.answer();
      await anna.connected();
      await waitToHear(anna.page, 660);
      const second = await one.waitForCall(/StreamsRunning/);
      one.transferTo(first, second);
      await waitToHear(anna.page, 880);
      await two.waitToHear(browserHz);
      await one.waitForIdle();
      await anna.hangUp();
      await two.waitForIdle();
      await anna.idle();
    }, 120_000);
  });
}
