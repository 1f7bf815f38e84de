import type { CallTimeline } from '@trunkline/contracts/call-records.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Baresip } from '../../peers/baresip/baresip.ts';
import { waitToHear } from '../../peers/chromium/measure.ts';
import type { ClientUser } from '../../product/client-app.ts';
import { browserHz, type Office } from '../office.ts';
import type { Cast } from './cast.ts';

/** Scripts of calls that go on to somebody else by a rule. */
export function forwardingScripts(cast: Cast): void {
  describe('forwarding: every case, by every method of the group', () => {
    let office: Office;
    let caller: Baresip;
    let target: Baresip;
    let anna: ClientUser;

    beforeAll(async () => {
      ({ office, anna } = cast);
      [caller, target] = [office.phone('30'), office.phone('31')];
      const { items } = await office.tenant.api.ok<{
        items: { id: string; displayName: string; phones: unknown[] }[];
      }>('GET', '/v1/users?limit=50');
      const greta = items.find(({ displayName }) => displayName === 'Greta Graf');
      await office.tenant.api.ok('PATCH', `/v1/users/${greta?.id}`, {
        phones: [
          { slot: 'business', number: '56' },
          { slot: 'mailbox', number: '31' },
        ],
      });
      await office.handling('52', { signedOut: '31' });
      await office.handling('53', { always: '31' });
      await office.handling('54', { always: '31' });
      await office.handling('55', { always: '55' });
      await office.settled();
    }, 120_000);

    async function phonesTalk(): Promise<void> {
      await caller.waitForEstablished();
      await target.waitForEstablished();
      await caller.waitToHear(1500);
      await target.waitToHear(1000);
    }

    async function hangUp(): Promise<void> {
      await caller.hangup();
      await target.waitForClosed();
    }

    const forwards = ({ events }: CallTimeline) =>
      events.flatMap(({ type, data }) => {
        if (type !== 'call.forwarded') return [];
        const { reason, method, state } = data as Record<string, string>;
        return [`${reason} ${method} ${state}`];
      });

    /** The INVITE that reaches the target's phone, not the one that asks for it. */
    const inviteForTarget = (since: number) =>
      office.kamailio.waitFor({ method: 'INVITE', kind: 'request', ruriUser: '31' }, { since });

    test('LIN-068 signed out, by a new call: the phones talk over us, the target sees the caller', async () => {
      const since = office.kamailio.records.length;
      await caller.dial('52');
      await phonesTalk();
      const { headers } = await inviteForTarget(since);
      expect(headers.get('p-asserted-identity')?.[0]).toContain('sip:30@');
      expect(headers.get('diversion')?.[0]).toMatch(/sip:52@.*reason="?unavailable/);
      expect(headers.get('history-info')?.join()).toMatch(/sip:31@/);
      await hangUp();
      const call = await office.nextCall();
      expect(call.verdict).toMatchObject({ code: 'forwarded', severity: 'ok' });
      expect(forwards(await office.timeline(call.id))).toEqual([
        'signed_out new_call tried',
        'signed_out new_call accepted',
      ]);
      expect(await office.entry('clara', call.id)).toMatchObject({ direction: 'incoming' });
    }, 120_000);

    test('LIN-067 always, by 302: the PBX gets the target and we are out', async () => {
      const since = office.kamailio.records.length;
      await caller.dial('53');
      const { headers } = await office.kamailio.waitFor(
        { method: 'INVITE', kind: 'response', status: 302 },
        { since },
      );
      expect(headers.get('contact')?.[0]).toContain('sip:31@');
      const call = await office.nextCall();
      expect(call.verdict).toMatchObject({ code: 'forwarded', severity: 'ok' });
      expect(forwards(await office.timeline(call.id))).toEqual([
        'always redirect_302 tried',
        'always redirect_302 accepted',
      ]);
    }, 120_000);

    test('LIN-069 always, by answer, hold and REFER: the phones talk without us', async () => {
      const since = office.kamailio.records.length;
      await caller.dial('54');
      const { headers } = await office.kamailio.waitFor({ method: 'REFER' }, { since });
      expect(headers.get('refer-to')?.[0]).toContain('sip:31@');
      await target.waitForEstablished();
      await caller.waitToHear(1500);
      await target.waitToHear(1000);
      const call = await office.nextCall();
      expect(call.verdict).toMatchObject({ code: 'forwarded', severity: 'ok' });
      expect(forwards(await office.timeline(call.id))).toEqual([
        'always answer_transfer tried',
        'always answer_transfer accepted',
      ]);
    }, 120_000);

    test('LIN-066 signed out with a mailbox: the call goes there', async () => {
      await caller.dial('56');
      await phonesTalk();
      await hangUp();
      const call = await office.nextCall();
      expect(forwards(await office.timeline(call.id))).toEqual([
        'mailbox new_call tried',
        'mailbox new_call accepted',
      ]);
    }, 120_000);

    test('VOX-131 a line that forwards to itself ends the circle at once', async () => {
      await caller.dial('55');
      await caller.waitForClosed();
      const call = await office.nextCall();
      expect(call.answeredAt).toBeNull();
      const { events } = await office.timeline(call.id);
      expect(JSON.stringify(events)).toContain('loop');
      expect(forwards({ call, events, truncated: false })).toEqual([]);
    }, 120_000);

    test('set in the client: no answer within 5 seconds goes on to the target', async () => {
      await anna.setForwarding({ noAnswer: { number: '31', seconds: 5 } });
      await office.settled();
      await caller.dial('20');
      await anna.ringing('Empfang');
      await phonesTalk();
      await anna.idle();
      await hangUp();
      const call = await office.nextCall();
      expect(forwards(await office.timeline(call.id))).toEqual([
        'no_answer new_call tried',
        'no_answer new_call accepted',
      ]);
      // Answered by the target: by the tenant's rules nobody is marked (SVC-017).
      expect(await office.entry('anna', call.id)).toMatchObject({
        direction: 'incoming',
        unanswered: false,
      });
    }, 120_000);

    test('set in the client: while she talks, the second caller goes to the target', async () => {
      await anna.setForwarding({ busy: '0171 1234567' });
      await office.settled();
      await anna.dial('31');
      await waitToHear(anna.page, 1500);
      await target.waitToHear(browserHz);
      const since = office.kamailio.records.length;
      await caller.dial('20');
      const { headers } = await office.kamailio.waitFor(
        { method: 'INVITE', kind: 'request', ruriUser: '001711234567' },
        { since },
      );
      expect(headers.get('diversion')?.[0]).toMatch(/sip:20@.*reason="?user-busy/);
      // The PBX does not know the number: the caller is told what the target said.
      await caller.waitForClosed();
      await anna.hangUp();
      await anna.idle();
      const [, second] = await office.nextCalls(2);
      expect(second?.verdict).toMatchObject({ code: 'forward_failed' });
      expect(forwards(await office.timeline(second?.id ?? ''))).toEqual([
        'busy new_call tried',
        'busy new_call failed',
      ]);
    }, 120_000);

    test('LIN-067 a ringing call is sent on by hand', async () => {
      await anna.setForwarding({});
      await office.settled();
      await caller.dial('20');
      await anna.ringing('Empfang');
      await anna.redirect('31');
      await phonesTalk();
      await anna.idle();
      await hangUp();
      const call = await office.nextCall();
      expect(forwards(await office.timeline(call.id))).toEqual([
        'user new_call tried',
        'user new_call accepted',
      ]);
    }, 120_000);
  });
}
