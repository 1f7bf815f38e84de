import { beforeAll, describe, expect, test } from 'vitest';
import type { Baresip } from '../../peers/baresip/baresip.ts';
import { waitForSilence, waitToHear } from '../../peers/chromium/measure.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { browserHz, type Office } from '../office.ts';
import type { Cast } from './cast.ts';

/** Scripts of one call and what its two sides may do. */
export function holdScripts(cast: Cast): void {
  describe('hold: either side holds and resumes, mutes, and presses keys', () => {
    let office: Office;
    let anna: ClientUser;
    let phone: Baresip;

    beforeAll(() => {
      ({ office, anna } = cast);
      phone = office.phone('30');
    });

    async function talk(): Promise<void> {
      await anna.dial('30');
      await phone.waitForIncoming();
      await phone.accept();
      await phone.waitForEstablished();
      await anna.connected();
      await bothHear();
    }

    async function bothHear(): Promise<void> {
      await phone.waitToHear(browserHz);
      await waitToHear(anna.page, 1000);
    }

    async function hangUp() {
      await anna.hangUp();
      await phone.waitForClosed();
      await anna.idle();
      return office.nextCall();
    }

    /** Who held and took back, as the flight recorder has it. */
    async function holds(callId: string): Promise<string[]> {
      const { events } = await office.timeline(callId);
      return events.flatMap(({ type, data }) => {
        if (type !== 'call.held') return [];
        const { by, held } = data as { by: string; held: boolean };
        return [`${by} ${held ? 'holds' : 'resumes'}`];
      });
    }

    test('anna holds: the phone is told and hears nothing; after resuming both hear and keys arrive', async () => {
      await talk();
      const since = office.kamailio.records.length;
      await anna.hold();
      const held = await office.kamailio.waitFor(
        { method: 'INVITE', kind: 'request', toTag: true },
        { since },
      );
      expect(held.body).toContain('a=sendonly');
      await phone.waitForSilence();
      await anna.resume();
      await bothHear();
      await anna.press('58*#');
      await phone.waitForDtmf('58*#');
      // Again, as the second time finds another state of the session.
      await anna.hold();
      await phone.waitForSilence();
      await anna.resume();
      await bothHear();

      const call = await hangUp();
      expect(call.verdict).toMatchObject({ code: 'answered', severity: 'ok' });
      expect(await holds(call.id)).toEqual([
        'local holds',
        'local resumes',
        'local holds',
        'local resumes',
      ]);
      expect(await office.entry('anna', call.id)).toMatchObject({
        direction: 'outgoing',
        result: 'answered',
        endedBy: 'local',
      });
    }, 120_000);

    test('the desk phone holds: anna sees it and hears nothing, then the phone again', async () => {
      await talk();
      await phone.hold();
      await anna.callReads(/on hold/i);
      await waitForSilence(anna.page);
      await phone.resume();
      await bothHear();
      const call = await hangUp();
      expect(call.verdict).toMatchObject({ code: 'answered', severity: 'ok' });
      expect(await holds(call.id)).toEqual(['remote holds', 'remote resumes']);
    }, 120_000);

    test('both hold: each takes back only its own', async () => {
      await talk();
      await phone.hold();
      await anna.callReads(/on hold/i);
      await anna.hold();
      await phone.resume();
      await waitForSilence(anna.page);
      await phone.waitForSilence();
      await anna.resume();
      await bothHear();
      await hangUp();
    }, 120_000);

    test('a phone that plays music while it holds: anna hears it', async () => {
      const other = office.softPhone('42');
      await anna.dial('42');
      const call = await other.waitForCall(/StreamsRunning/);
      await other.waitToHear(browserHz);
      await waitToHear(anna.page, 660);
      other.pause();
      await other.waitForCall(/Paused/);
      await anna.callReads(/on hold/i);
      await waitToHear(anna.page, 550);
      other.resume(call);
      await other.waitForCall(/StreamsRunning/);
      await waitToHear(anna.page, 660);
      await other.waitToHear(browserHz);
      await anna.hangUp();
      await other.waitForIdle();
      await anna.idle();
      const record = await office.nextCall();
      expect(await holds(record.id)).toEqual(['remote holds', 'remote resumes']);
    }, 120_000);

    test('anna mutes her microphone: the phone hears nothing, she still hears the phone', async () => {
      await talk();
      const button = (name: string) =>
        anna.page.getByRole('region', { name: /^Call:/ }).getByRole('button', { name });
      await button('Mute microphone').click();
      await phone.waitForSilence();
      await waitToHear(anna.page, 1000);
      await button('Unmute microphone').click();
      await bothHear();
      const call = await hangUp();
      expect(call.verdict).toMatchObject({ code: 'answered', severity: 'ok' });
    }, 120_000);
  });
}
