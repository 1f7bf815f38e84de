import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test, vi } from 'vitest';
import { browser, endOf, inviteOf, phone, stateOf, system } from '../testing/actors.ts';
import { type SystemOptions, wait } from '../testing/system.ts';
import {
  browserHears,
  eventLike,
  followSession,
  hears,
  outcome,
  talkTo,
  viewIn,
} from '../testing/talks.ts';

/** Anna's line 20 rings; Ben of line 21 is in the same group. */
async function annaRings(options?: SystemOptions) {
  const all = await system(options);
  all.peers.devices.set(all.anna.userId, 2);
  const desk = await phone();
  const call = all.pbx.call('20', desk.offer());
  followSession(call, desk);
  call.on('answered', ({ bodyText }) => desk.accept(bodyText));
  const seen = outcome(call);
  const { id } = await stateOf(all, all.anna, 'ringing');
  const pickUp = async () => {
    const peer = await browser();
    const sdp = await peer.offer();
    const result = await all.peers.command(all.ben, 'call.pickup', {
      userId: all.anna.userId,
      sdp,
    });
    if (result.ok) await peer.accept((result.data as { sdp: string }).sdp);
    return { peer, result };
  };
  return { all, desk, call, seen, id, pickUp };
}

describe('pick-up', () => {
  test('LIN-072 inside the group: the colleague talks, the called user’s devices stop', async () => {
    const { all, desk, id, pickUp } = await annaRings();
    const { peer, result } = await pickUp();
    expect(result).toMatchObject({ ok: true, data: { callId: id } });
    expect(await viewIn(all, all.anna, id, { state: 'ended' })).toMatchObject({
      end: { cause: 'picked_up', elsewhere: true },
    });
    const view = await viewIn(all, all.ben, id, { state: 'connected' });
    expect(view.lineNumber).toBe('+49301234521');
    peer.play(440);
    desk.play(1000);
    await Promise.all([hears(desk, 440), browserHears(peer, 1000)]);
    await eventLike(all, 'call.picked_up', {
      userId: all.ben.userId,
      from: [all.anna.userId],
    });
    expect(all.pbx.calls).toEqual([]);
  });

  test('pick-up and answer at once: exactly one gets the call', async () => {
    const { all, id, pickUp } = await annaRings();
    const sdp = await (await browser()).offer();
    const [taken, { result }] = await Promise.all([
      all.peers.command(all.anna, 'call.answer', { callId: id, sdp }),
      pickUp(),
    ]);
    expect([taken.ok, result.ok].sort()).toEqual([false, true]);
    expect(['call_gone', 'call_state', 'nothing_to_pick_up']).toContain(taken.code ?? result.code);
  });

  test('pick-up and cancel at once: no call is left over', async () => {
    const { all, call, pickUp, seen } = await annaRings();
    call.cancel();
    const { result } = await pickUp();
    await endOf(all);
    if (!result.ok)
      expect(['nothing_to_pick_up', 'call_gone', 'call_state']).toContain(result.code);
    await vi.waitFor(() => expect(seen.failed > 0 || seen.ended).toBe(true), wait);
    expect(all.peers.eventsOf('call.ended')).toHaveLength(1);
  });

  test('nothing rings: told so; LIN-071 else the code of the group is dialled as it is', async () => {
    const all = await system({ group: { pickupInServer: false, pickupCode: '*59<NUMBER>' } });
    const sdp = await (await browser()).offer();
    const request = { userId: all.anna.userId, sdp };
    expect(await all.peers.command(all.ben, 'call.pickup', request)).toMatchObject({ ok: true });
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '*5920' });

    const own = await system({ group: { pickupCode: '*59<NUMBER>' } });
    const none = { userId: own.anna.userId, sdp };
    expect((await own.peers.command(own.ben, 'call.pickup', none)).code).toBe('nothing_to_pick_up');
  });

  test('LIN-070 a feature code goes out without dial rules', async () => {
    const all = await system({ group: { featureCodes: [{ name: 'Night', code: '*7#' }] } });
    const [entry] = all.tenant.config.lineGroups[0]?.lines ?? [];
    const sdp = await (await browser()).offer();
    const result = await all.peers.command(all.anna, 'call.feature', {
      lineId: entry?.id,
      index: 0,
      sdp,
    });
    expect(result).toMatchObject({ ok: true });
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '*7%23' });
    const [view] = all.peers.viewsOf(all.anna.userId);
    expect(view?.remote).toMatchObject({ name: 'Night' });
  });
});

describe('one’s own devices', () => {
  test('a call on hold moves to another device and is taken back there', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { callId, desk } = await talkTo(all, anna, '10');
    await peers.command(anna, 'call.hold', { callId });
    const mobile = { ...anna, deviceId: newId('device') };
    const peer = await browser();
    const moved = await peers.command(mobile, 'call.move', { callId, sdp: await peer.offer() });
    expect(moved).toMatchObject({ ok: true });
    await peer.accept((moved.data as { sdp: string }).sdp);
    await viewIn(all, anna, callId, { deviceId: mobile.deviceId, held: true });
    await peers.command(mobile, 'call.resume', { callId });
    peer.play(440);
    desk.play(1000);
    await Promise.all([hears(desk, 440), browserHears(peer, 1000)]);
    await eventLike(all, 'call.moved', { deviceId: mobile.deviceId });
    // The old device has nothing to do with it any more.
    expect((await peers.command(anna, 'call.dtmf', { callId, digits: '1' })).code).toBe(
      'call_state',
    );
    expect(peers.eventsOf('call.ended')).toEqual([]);
  });

  test('ten devices answer within a moment: exactly one wins', async () => {
    const { all, id, seen } = await annaRings();
    const offers = await Promise.all(
      Array.from({ length: 3 }, async () => (await browser()).offer()),
    );
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        all.peers.command({ ...all.anna, deviceId: newId('device') }, 'call.answer', {
          callId: id,
          sdp: offers[index % offers.length],
        }),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    await vi.waitFor(() => expect(seen.answered).not.toBe(''), wait);
  });
});
