import { describe, expect, test } from 'vitest';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import type { CallPair } from '../testing/call-pair.ts';
import { callPair, sdp } from '../testing/call-pair.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { CallEnd } from './reason.ts';
import { amendInterval, intervalTooSmall, type SessionTimerOptions } from './session-timer.ts';

const TWENTY_MINUTES = 20 * 60_000;

function ends(pair: Awaited<ReturnType<CallPair['connect']>>): string[] {
  const told: string[] = [];
  pair.out.on('ended', ({ by }: CallEnd) => told.push(`caller ${by}`));
  pair.inc.on('ended', ({ by }: CallEnd) => told.push(`callee ${by}`));
  return told;
}

const refreshes = (lines: readonly string[], arrow: string) =>
  lines.filter((line) => line === `${arrow} UPDATE`).length;

describe('session timers (RFC 4028)', () => {
  test.each([
    ['the caller refreshes', { expires: 90, refresher: 'uac' }, undefined, 'local', 'remote'],
    ['the called side refreshes', { expires: 90, refresher: 'uas' }, undefined, 'remote', 'local'],
    ['only the called side wants one', undefined, { expires: 90 }, 'local', 'remote'],
    [
      'the called side wants to refresh',
      undefined,
      { expires: 90, refresher: 'uas' },
      'remote',
      'local',
    ],
  ] as const)(
    'a call of 20 minutes at 90 s: %s',
    async (_name, wish, answer, atCaller, atCallee) => {
      const pair = await callPair();
      const { sim, connect, caller } = pair;
      const options: { sessionTimer?: SessionTimerOptions } =
        wish === undefined ? {} : { sessionTimer: wish };
      const call = await connect(options, (inc) =>
        inc.answer(sdp('callee'), answer === undefined ? {} : { sessionTimer: answer }),
      );
      const told = ends(call);
      expect(call.out.sessionTimer).toEqual({ interval: 90, refresher: atCaller });
      expect(call.inc.sessionTimer).toEqual({ interval: 90, refresher: atCallee });
      await sim.run(TWENTY_MINUTES);
      expect(told).toEqual([]);
      expect(call.out.state).toBe('confirmed');
      expect(call.inc.state).toBe('confirmed');
      // A refresh every 45 s.
      const sent = refreshes(caller.log.lines, '>');
      const received = refreshes(caller.log.lines, '<');
      expect(sent + received).toBe(26);
      expect(atCaller === 'local' ? received : sent).toBe(0);
      void call.out.bye();
      await sim.run(64_000);
      expect(sim.clock.pending).toBe(0);
    },
  );

  test('a peer without UPDATE is refreshed by re-INVITE with the session as it was', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect({ sessionTimer: { expires: 90, refresher: 'uac' } });
    const silent = createResponse(out.request, 200, { headers: [['Allow', 'INVITE, BYE']] });
    (out as unknown as { usage: InviteUsage }).usage.notePeer(silent);
    const offers: string[] = [];
    inc.on('reinvite', (reinvite) => {
      offers.push(reinvite.body);
      reinvite.accept(sdp('callee'));
    });
    await sim.run(46_000);
    expect(offers).toEqual([sdp('caller')]);
  });

  test('a refresh by re-INVITE nobody listens to is accepted with the session as it was', async () => {
    const { sim, connect } = await callPair();
    const { out, inc } = await connect();
    const same = out.reinvite({ body: sdp('caller') });
    const other = out.reinvite({ body: sdp('caller', 2) }).catch((error) => error.status);
    await sim.run(50);
    expect((await same).bodyText).toBe(sdp('callee'));
    expect(await other).toBe(488);
    expect(inc.state).toBe('confirmed');
  });

  test('the other side is gone: BYE before the session expires, ended by timeout', async () => {
    const pair = await callPair();
    const { sim, connect, callee } = pair;
    const call = await connect({ sessionTimer: { expires: 90, refresher: 'uac' } });
    const told = ends(call);
    sim.network.weather = () => [];
    await sim.run(44_000);
    expect(told).toEqual([]);
    await sim.run(35_000);
    // 90 s less a third; the caller's refresh is lost for 64·T1 as well.
    expect(told.sort()).toEqual(['callee timeout', 'caller timeout']);
    expect(callee.log.lines).toContain('> BYE');
  });

  test('an interval that is too small: 422, and once more with what is asked for', async () => {
    const { connect, caller } = await callPair({ callee: { minSessionExpires: 300 } });
    const { out } = await connect({ sessionTimer: { expires: 90 } });
    expect(caller.log.lines.slice(0, 4)).toEqual(['> INVITE', '< 422 INVITE', '> ACK', '> INVITE']);
    expect(out.request.headers.get('session-expires')).toBe('300');
    expect(out.request.headers.get('min-se')).toBe('300');
    expect(out.sessionTimer).toEqual({ interval: 300, refresher: 'local' });
  });

  test('a re-INVITE may change the interval; the call goes on at the new one', async () => {
    const { sim, connect, caller } = await callPair();
    const { out, inc } = await connect({ sessionTimer: { expires: 90, refresher: 'uac' } });
    inc.on('reinvite', (reinvite) => reinvite.accept(sdp('callee', 2)));
    const changed = out.reinvite({
      body: sdp('caller', 2),
      headers: [],
    });
    await sim.run(50);
    await changed;
    expect(out.sessionTimer).toEqual({ interval: 90, refresher: 'local' });
    // The called side shortens nothing below the interval asked for, and may not lengthen it.
    const longer = inc.reinvite({ body: sdp('callee', 3), headers: [] }).catch((e) => e.status);
    await sim.run(50);
    expect(await longer).toBe(488);
    await sim.run(TWENTY_MINUTES);
    expect(out.state).toBe('confirmed');
    expect(inc.state).toBe('confirmed');
    expect(refreshes(caller.log.lines, '>')).toBeGreaterThan(20);
  });

  test('a refresh that is refused is tried again while the session lasts', async () => {
    const { sim, connect, callee } = await callPair();
    const { out } = await connect({ sessionTimer: { expires: 90, refresher: 'uac' } });
    let dropped = 0;
    sim.network.weather = ({ bytes }) => {
      const update = new TextDecoder().decode(bytes).startsWith('UPDATE');
      return update && dropped++ < 1 ? [] : [1];
    };
    await sim.run(60_000);
    expect(out.state).toBe('confirmed');
    expect(callee.log.lines).toContain('< UPDATE');
  });
});

describe('intervals as functions', () => {
  const request = (value: string, supported = 'timer') => {
    const headers = new Headers()
      .append('Via', 'SIP/2.0/UDP a;branch=z9hG4bK1')
      .append('From', '<sip:a@x>;tag=1')
      .append('To', '<sip:b@x>')
      .append('Call-ID', 'c')
      .append('CSeq', '1 INVITE')
      .append('Supported', supported)
      .append('Session-Expires', value);
    return new SipRequest('INVITE', 'sip:b@x', headers);
  };

  test('422 is only for those who understand it', () => {
    expect(intervalTooSmall(request('60'), 90)).toBe(true);
    expect(intervalTooSmall(request('90'), 90)).toBe(false);
    expect(intervalTooSmall(request('60', '100rel'), 90)).toBe(false);
    expect(intervalTooSmall(request('noise'), 90)).toBe(false);
  });

  test('a 422 that asks for no more than was offered is not followed', () => {
    const refusal = (min: string) =>
      createResponse(request('90'), 422, { headers: [['Min-SE', min]] });
    const again = request('90;refresher=uas');
    expect(amendInterval(again, refusal('120'))).toBe(true);
    expect(again.headers.get('session-expires')).toBe('120;refresher=uas');
    expect(amendInterval(again, refusal('120'))).toBe(false);
    expect(amendInterval(again, createResponse(again, 422))).toBe(false);
  });
});
