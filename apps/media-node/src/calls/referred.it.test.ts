import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import type { ReferOptions } from '@trunkline/sip/endpoint/referral.ts';
import { describe, expect, test, vi } from 'vitest';
import { browser, dial, endOf, inviteOf, phone, system } from '../testing/actors.ts';
import type { TestPhone } from '../testing/pbx.ts';
import { type System, wait } from '../testing/system.ts';
import {
  eventLike,
  followSession,
  heardBothWays,
  hears,
  hearsNothing,
  talkFrom,
  talkTo,
  viewIn,
} from '../testing/talks.ts';

/** The PBX asks the node to call somebody else; what it is told. */
function referFrom(call: IncomingCall | OutgoingCall, options: ReferOptions) {
  const told: number[] = [];
  const referral = call.refer(options);
  referral.on('progress', ({ status }) => told.push(status));
  const done = new Promise<number>((resolve) => {
    referral.on('done', ({ status }) => resolve(status));
  });
  return { told, done };
}

/** A BYE came for this call. */
function overOf(call: IncomingCall | OutgoingCall) {
  const over = vi.fn();
  if ('answer' in call) call.on('ended', over);
  else call.on('ended', over);
  return over;
}

const refused = async (all: System, call: IncomingCall, options: ReferOptions, why: string) => {
  expect(await referFrom(call, options).done).toBe(603);
  await eventLike(all, 'call.route', { decision: 'refer_refused', detail: why });
};

describe('VOX-128 the PBX sends a call of a user to somebody else by REFER', () => {
  test('blind: the user goes on with the target; the old call ends; both are told', async () => {
    const all = await system();
    const { peers, anna } = all;
    const talk = await talkTo(all, anna, '10');
    const over = overOf(talk.call);
    await heardBothWays(talk, 1000);
    const refer = referFrom(talk.call, { referTo: '<sip:21@127.0.0.1;x=y>' });
    const invite = await inviteOf(all, 1);
    expect(invite.request.uri).toBe('sip:21@127.0.0.1;x=y');
    await viewIn(all, anna, talk.callId, { transferring: true, state: 'connected' });
    invite.ringing();
    // Nobody is cut off while the target rings.
    await heardBothWays(talk, 1000);
    const target = await phone();
    followSession(invite, target);
    invite.answer(target.answer(invite.body));
    expect(await refer.done).toBe(200);
    expect(refer.told).toContain(180);
    await viewIn(all, anna, talk.callId, {
      transferring: false,
      remote: expect.objectContaining({ number: '+49301234521', name: 'Ben Muster' }),
    });
    await heardBothWays({ peer: talk.peer, desk: target }, 700);
    await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), wait);
    await eventLike(all, 'call.transferred', {
      by: 'remote',
      kind: 'blind',
      state: 'accepted',
      target: '+49301234521',
    });
    // The new call is a call like any other: it can be held, and its end is the end.
    expect(await peers.command(anna, 'call.hold', { callId: talk.callId })).toMatchObject({
      ok: true,
    });
    await viewIn(all, anna, talk.callId, { held: true });
    expect(peers.eventsOf('call.ended')).toEqual([]);
    await invite.bye();
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('the target is busy: the PBX hears it, the call goes on', async () => {
    const all = await system();
    const talk = await talkTo(all, all.anna, '10');
    const refer = referFrom(talk.call, { referTo: '<sip:11@127.0.0.1>' });
    (await inviteOf(all, 1)).reject(486);
    expect(await refer.done).toBe(486);
    await viewIn(all, all.anna, talk.callId, {
      state: 'connected',
      transferring: false,
      remote: expect.objectContaining({ number: '+49301234510' }),
    });
    await heardBothWays(talk, 1000);
    await eventLike(all, 'call.transferred', { by: 'remote', state: 'failed', sipCode: 486 });
  });

  test('attended: the INVITE carries Replaces and who asked', async () => {
    const all = await system();
    const talk = await talkFrom(all, all.anna);
    const replaces = { callId: 'abc@pbx', toTag: 'one', fromTag: 'two' };
    const refer = referFrom(talk.call, {
      referTo: '<sip:11@127.0.0.1>',
      replaces,
      referredBy: '<sip:21@127.0.0.1>',
    });
    const invite = await inviteOf(all);
    expect(invite.replaces).toMatchObject(replaces);
    expect(invite.request.headers.get('referred-by')).toContain('sip:21@127.0.0.1');
    const target = await phone();
    invite.answer(target.answer(invite.body));
    expect(await refer.done).toBe(200);
    await heardBothWays({ peer: talk.peer, desk: target }, 700);
    await eventLike(all, 'call.transferred', { by: 'remote', kind: 'attended', state: 'accepted' });
  });

  test('the PBX ends the old call while the target rings: the user hears the target', async () => {
    const all = await system();
    const { anna, peers } = all;
    const talk = await talkTo(all, anna, '10');
    referFrom(talk.call, { referTo: '<sip:11@127.0.0.1>' });
    const invite = await inviteOf(all, 1);
    invite.ringing();
    await talk.call.bye();
    const target = await phone();
    invite.answer(target.answer(invite.body));
    await viewIn(all, anna, talk.callId, { transferring: false, state: 'connected' });
    await heardBothWays({ peer: talk.peer, desk: target }, 700);
    expect(peers.eventsOf('call.ended')).toEqual([]);
    await peers.command(anna, 'call.hangup', { callId: talk.callId });
    await vi.waitFor(() => expect(all.pbx.received('BYE')).toHaveLength(1), wait);
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'normal' });
  });

  test('the user hangs up while the target rings: both legs end', async () => {
    const all = await system();
    const talk = await talkTo(all, all.anna, '10');
    const over = overOf(talk.call);
    referFrom(talk.call, { referTo: '<sip:11@127.0.0.1>' });
    const invite = await inviteOf(all, 1);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await viewIn(all, all.anna, talk.callId, { transferring: true });
    await all.peers.command(all.anna, 'call.hangup', { callId: talk.callId });
    await vi.waitFor(() => {
      expect(cancelled).toHaveBeenCalledOnce();
      expect(over).toHaveBeenCalledOnce();
    }, wait);
    await eventLike(all, 'call.transferred', { by: 'remote', state: 'failed' });
  });

  test.each([
    ['the old call goes on', false],
    ['the PBX has ended the old call', true],
  ])('a second call while the target rings, %s: who waits hears nothing', async (_what, gone) => {
    const all = await system();
    const { anna, peers } = all;
    const talk = await talkTo(all, anna, '10');
    await heardBothWays(talk, 1000);
    const refer = referFrom(talk.call, { referTo: '<sip:11@127.0.0.1>' });
    const invite = await inviteOf(all, 1);
    invite.ringing();
    await viewIn(all, anna, talk.callId, { transferring: true });
    if (gone) await talk.call.bye();
    const second = await talkTo(all, anna, '12', 2);
    await viewIn(all, anna, talk.callId, { held: true });
    if (!gone) await hearsNothing(talk.desk);
    const target = await phone();
    const offers: string[] = [];
    invite.on('reinvite', (reinvite) => {
      offers.push(reinvite.body);
      reinvite.accept(target.answer(reinvite.body));
    });
    invite.answer(target.answer(invite.body));
    if (!gone) expect(await refer.done).toBe(200);
    await viewIn(all, anna, talk.callId, { held: true, transferring: false });
    await vi.waitFor(() => expect(offers.at(-1)).toContain('a=sendonly'), wait);
    await hearsNothing(target);
    await heardBothWays(second, 700);
    expect(await peers.command(anna, 'call.resume', { callId: talk.callId })).toMatchObject({
      ok: true,
    });
    await heardBothWays({ peer: talk.peer, desk: target }, 600);
    await viewIn(all, anna, second.callId, { held: true });
  });

  test('what may not be is declined: switched off, emergency number, limits, a strange address', async () => {
    const functions: CallFunction[] = ['dial', 'hang_up', 'blind_transfer'];
    const all = await system({
      group: { functions },
      tenant: { limits: { blockedPrefixes: ['+49900'] } },
    });
    const { callId, call } = await talkTo(all, all.anna, '10');
    const replaces = { callId: 'abc@pbx', toTag: 'one', fromTag: 'two' };
    const to = (user: string) => ({ referTo: `<sip:${user}@127.0.0.1>` });
    await refused(
      all,
      call,
      { ...to('11'), replaces },
      'attended_transfer is off for this line group',
    );
    await refused(all, call, to('112'), 'emergency number');
    await refused(all, call, to('0112'), 'emergency number');
    await refused(all, call, to('00900123456'), 'blocked_prefix');
    await refused(all, call, to('*21*112%23'), 'a code of the telephone system');
    await refused(
      all,
      call,
      { referTo: '<mailto:x@y>' },
      'the target is no address of a telephone',
    );
    await viewIn(all, all.anna, callId, { state: 'connected' });
    expect(all.pbx.calls).toHaveLength(1);
  });
});

describe('an INVITE with Replaces takes the place of a call (RFC 3891)', () => {
  test('the user talks to somebody else at once, without ringing; the old call ends', async () => {
    const all = await system();
    const { anna, pbx, peers } = all;
    const talk = await talkFrom(all, anna);
    const over = overOf(talk.call);
    const other = await phone();
    const taking = pbx.call('20', other.offer(), 'sip:30@127.0.0.1', {
      replaces: talk.call.replacesForPeer,
    });
    followSession(taking, other);
    taking.on('answered', ({ bodyText }) => other.accept(bodyText));
    await viewIn(all, anna, talk.callId, {
      state: 'connected',
      remote: expect.objectContaining({ number: '+49301234530' }),
    });
    await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), wait);
    await heardBothWays({ peer: talk.peer, desk: other }, 700);
    await eventLike(all, 'call.transferred', { by: 'remote', kind: 'attended', state: 'accepted' });
    expect(peers.eventsOf('call.started')).toHaveLength(1);
    expect(peers.eventsOf('call.ended')).toEqual([]);
    await taking.bye();
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('a call of ours that still rings is taken: the telephone called hears CANCEL', async () => {
    const all = await system();
    const { anna, pbx } = all;
    const peer = await browser();
    const callId = await dial(all, anna, peer, '10');
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await viewIn(all, anna, callId, { state: 'ringing' });
    const other = await phone();
    const taking = pbx.call('20', other.offer(), 'sip:30@127.0.0.1', {
      replaces: {
        ...(invite.replacesForPeer ?? { callId: '', toTag: '', fromTag: '' }),
        earlyOnly: true,
      },
    });
    taking.on('answered', ({ bodyText }) => other.accept(bodyText));
    await viewIn(all, anna, callId, { state: 'connected' });
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
    await heardBothWays({ peer, desk: other }, 700);
  });

  test('either leg of two this node has joined: the other party goes on with the new one', async () => {
    const all = await system();
    const { anna, pbx, peers } = all;
    const talk = await talkFrom(all, anna);
    const over = [overOf(talk.call)];
    const transfer = peers.command(anna, 'call.transfer', { callId: talk.callId, number: '11' });
    const invite = await inviteOf(all);
    const target = await phone();
    followSession(invite, target);
    invite.answer(target.answer(invite.body));
    expect(await transfer).toMatchObject({ ok: true });
    over.push(overOf(invite));
    const take = async (old: IncomingCall | OutgoingCall) => {
      const desk = await phone();
      const call = pbx.call('20', desk.offer(), 'sip:30@127.0.0.1', {
        replaces: old.replacesForPeer,
      });
      followSession(call, desk);
      call.on('answered', ({ bodyText }) => desk.accept(bodyText));
      await vi.waitFor(() => expect(call.state).toBe('confirmed'), wait);
      return { call, desk };
    };
    const talkTogether = async (one: TestPhone, other: TestPhone, tones: [number, number]) => {
      one.play(tones[0]);
      other.play(tones[1]);
      await Promise.all([hears(other, tones[0]), hears(one, tones[1])]);
    };
    await talkTogether(talk.desk, target, [1000, 440]);
    const far = await take(invite);
    await vi.waitFor(() => expect(over[1]).toHaveBeenCalledOnce(), wait);
    await talkTogether(talk.desk, far.desk, [1000, 700]);
    const near = await take(talk.call);
    await vi.waitFor(() => expect(over[0]).toHaveBeenCalledOnce(), wait);
    await talkTogether(near.desk, far.desk, [600, 900]);
    // The hold of one new leg reaches the other, and the end of one ends both.
    near.desk.accept((await near.call.reinvite({ body: near.desk.offer('sendonly') })).bodyText);
    await hearsNothing(near.desk);
    expect(peers.eventsOf('call.ended')).toEqual([]);
    const ended = overOf(far.call);
    await near.call.bye();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), wait);
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('refused: early-only for an answered call, an unknown one, one of another group', async () => {
    const all = await system({ tenant: { secondGroup: true } });
    const { anna, pbx } = all;
    const talk = await talkFrom(all, anna);
    const replaces = talk.call.replacesForPeer ?? { callId: '', toTag: '', fromTag: '' };
    const refusedWith = (named: typeof replaces & { earlyOnly?: boolean }, line = '20') =>
      phone().then(
        (desk) =>
          new Promise<number>((resolve) => {
            pbx
              .call(line, desk.offer(), undefined, { replaces: named })
              .on('failed', ({ statusCode }) => resolve(statusCode));
          }),
      );
    expect(await refusedWith({ ...replaces, earlyOnly: true })).toBe(486);
    expect(await refusedWith({ ...replaces, toTag: 'other' })).toBe(481);
    expect(await refusedWith(replaces, '22')).toBe(481);
    await viewIn(all, anna, talk.callId, { state: 'connected' });
    await talk.call.bye();
    await endOf(all);
    expect(await refusedWith(replaces)).toBe(603);
  });
});
