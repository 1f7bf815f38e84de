import { beforeAll, describe, expect, test } from 'vitest';
import type { Baresip } from '../../peers/baresip/baresip.ts';
import { waitToHear } from '../../peers/chromium/measure.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { browserHz, type Office } from '../office.ts';
import type { Cast } from './cast.ts';

/** Scripts of a person with two calls. */
export function twoCallsScripts(cast: Cast): void {
  describe('two calls: waiting, swapped, one ends and the other goes on', () => {
    let office: Office;
    let anna: ClientUser;
    let low: Baresip;
    let high: Baresip;

    beforeAll(() => {
      ({ office, anna } = cast);
      [low, high] = [office.phone('30'), office.phone('31')];
    });

    /** The phone 30 calls anna, who talks to it. */
    async function talkToLow(): Promise<void> {
      await low.dial('20');
      await anna.ringing('Empfang');
      await anna.answer();
      await anna.connected();
      await talksTo(low, 1000);
    }

    async function talksTo(phone: Baresip, hz: number): Promise<void> {
      await phone.waitToHear(browserHz);
      await waitToHear(anna.page, hz);
    }

    test('a second caller waits: hold and answer, swap twice, one hangs up, the other goes on', async () => {
      await talkToLow();
      await high.dial('20');
      await anna.ringing('Lager');
      await anna.answerWaiting('hold');
      await talksTo(high, 1500);
      await low.waitForSilence();
      await anna.swap('Empfang');
      await talksTo(low, 1000);
      await high.waitForSilence();
      await anna.swap('Lager');
      await talksTo(high, 1500);
      await low.waitForSilence();
      // Who waits hangs up: the talk goes on.
      await low.hangup();
      await anna.page
        .getByRole('region', { name: 'On hold: Empfang' })
        .waitFor({ state: 'detached', timeout: 15_000 });
      await talksTo(high, 1500);
      await anna.hangUp();
      await high.waitForClosed();
      await anna.idle();

      const [first, second] = await office.nextCalls(2);
      expect(first).toMatchObject({ endedBy: 'remote', verdict: { code: 'answered' } });
      expect(second).toMatchObject({ endedBy: 'local', verdict: { code: 'answered' } });
      for (const call of [first, second])
        expect(await office.entry('anna', call?.id ?? '')).toMatchObject({
          direction: 'incoming',
          result: 'answered',
          unanswered: false,
        });
    }, 120_000);

    test('anna ends the talk: the call that waited is taken back', async () => {
      await talkToLow();
      await high.dial('20');
      await anna.ringing('Lager');
      await anna.answerWaiting('hold');
      await talksTo(high, 1500);
      await anna.hangUp();
      await high.waitForClosed();
      await anna.resume();
      await talksTo(low, 1000);
      await anna.hangUp();
      await low.waitForClosed();
      await anna.idle();
      await office.nextCalls(2);
    }, 120_000);

    test('end and answer: the first call is over, the second one talks', async () => {
      await talkToLow();
      await high.dial('20');
      await anna.ringing('Lager');
      await anna.answerWaiting('end');
      await low.waitForClosed();
      await talksTo(high, 1500);
      await high.hangup();
      await anna.idle();
      const [first, second] = await office.nextCalls(2);
      expect([first?.endedBy, second?.endedBy]).toEqual(['local', 'remote']);
    }, 120_000);

    test('LIN-064 the waiting call is rejected with 486; the running one is not disturbed', async () => {
      await talkToLow();
      const since = office.kamailio.records.length;
      await high.dial('20');
      await anna.ringing('Lager');
      await anna.reject();
      await high.waitForClosed();
      const final = office.kamailio.records
        .slice(since)
        .find(({ method, status }) => method === 'INVITE' && (status ?? 0) >= 480);
      expect(final?.status).toBe(486);
      await talksTo(low, 1000);
      await low.hangup();
      await anna.idle();
      const [, rejected] = await office.nextCalls(2);
      expect(rejected).toMatchObject({ result: 'rejected', sipCode: 486 });
      expect(await office.entry('anna', rejected?.id ?? '')).toMatchObject({
        result: 'rejected',
        unanswered: true,
      });
    }, 120_000);
  });
}
