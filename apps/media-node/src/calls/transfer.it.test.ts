import type { IncomingReinvite } from '@trunkline/sip/endpoint/incoming-requests.ts';
import { describe, expect, test, vi } from 'vitest';
import { browser, dial, endOf, inviteOf, phone, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import {
  browserHears,
  eventLike,
  followSession,
  hears,
  hearsNothing,
  outcome,
  talkFrom,
  talkTo,
  viewIn,
} from '../testing/talks.ts';

describe('hold', () => {
  test('the other side is held and taken back; a second call holds the first; swap', async () => {
    const all = await system();
    const { peers, anna } = all;
    const first = await talkTo(all, anna, '10');
    const offers: string[] = [];
    first.call.on('reinvite', (reinvite: IncomingReinvite) => offers.push(reinvite.body));
    first.peer.play(440);
    await hears(first.desk, 440);
    expect(await peers.command(anna, 'call.hold', { callId: first.callId })).toMatchObject({
      ok: true,
    });
    expect(offers.at(-1)).toContain('a=sendonly');
    const view = await viewIn(all, anna, first.callId, { held: true, state: 'connected' });
    expect(view.functions).not.toContain('dtmf');
    await peers.command(anna, 'call.resume', { callId: first.callId });
    expect(offers.at(-1)).toContain('a=sendrecv');
    await viewIn(all, anna, first.callId, { held: false });
    await hears(first.desk, 440);

    const second = await talkTo(all, anna, '11', 1);
    await viewIn(all, anna, first.callId, { held: true });
    const shown = await viewIn(all, anna, second.callId, { held: false });
    expect(shown.functions).toEqual(expect.arrayContaining(['toggle', 'attended_transfer']));
    expect(await peers.command(anna, 'call.resume', { callId: first.callId })).toMatchObject({
      ok: true,
    });
    await viewIn(all, anna, first.callId, { held: false });
    await viewIn(all, anna, second.callId, { held: true });
    await eventLike(all, 'call.held', { by: 'local', held: true });
  });

  test('a PBX that refuses the re-INVITE hears nothing of us all the same', async () => {
    const all = await system();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, anna, peer, '10');
    const invite = await inviteOf(all);
    invite.on('reinvite', (reinvite) => reinvite.reject(488));
    invite.answer(desk.answer(invite.body));
    await viewIn(all, anna, callId, { state: 'connected' });
    peer.play(440);
    await hears(desk, 440);
    await peers.command(anna, 'call.hold', { callId });
    await viewIn(all, anna, callId, { held: true });
    await hearsNothing(desk);
  });

  test('held by the PBX: its music is heard; glare with our own hold settles', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { call, desk, callId, peer } = await talkTo(all, anna, '10');
    desk.play(1000);
    await call.reinvite({ body: desk.offer('sendonly') });
    await viewIn(all, anna, callId, { remoteHeld: true, held: false });
    await eventLike(all, 'call.held', { by: 'remote', held: true });
    await browserHears(peer, 1000);
    await Promise.all([
      call.reinvite({ body: desk.offer() }),
      peers.command(anna, 'call.hold', { callId }),
    ]);
    await viewIn(all, anna, callId, { remoteHeld: false, held: true });
  });

  test('LIN-026 a function that is off is not offered and refused', async () => {
    const all = await system({ group: { functions: ['dial', 'hang_up'] } });
    const { peers, anna } = all;
    const { callId } = await talkTo(all, anna, '10');
    expect((await viewIn(all, anna, callId, {})).functions).toEqual(['hang_up']);
    const off = async (type: Parameters<typeof peers.command>[1], data: object) =>
      (await peers.command(anna, type, { callId, ...data })).code;
    expect(await off('call.hold', {})).toBe('function_off');
    expect(await off('call.transfer', { number: '11' })).toBe('function_off');
    expect(await off('call.dtmf', { digits: '1' })).toBe('function_off');
    const sdp = await (await browser()).offer();
    expect(await off('call.move', { sdp })).toBe('function_off');
    const second = await peers.command(anna, 'call.dial', { number: '11', sdp });
    expect(second.code).toBe('function_off');
  });
});

describe('transfer by joining both calls here', () => {
  test('blind: the target answers, both talk over this node, the user is out', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { callId, desk, call } = await talkFrom(all, anna);
    const seen = outcome(call);
    const transfer = peers.command(anna, 'call.transfer', { callId, number: '11' });
    const invite = await inviteOf(all);
    await viewIn(all, anna, callId, { transferring: true });
    const target = await phone();
    followSession(invite, target);
    invite.ringing();
    invite.answer(target.answer(invite.body));
    expect(await transfer).toMatchObject({ ok: true });
    await viewIn(all, anna, callId, {
      state: 'ended',
      end: expect.objectContaining({ cause: 'transferred' }),
    });
    desk.play(1000);
    target.play(440);
    await Promise.all([hears(target, 1000), hears(desk, 440)]);
    await eventLike(all, 'call.transferred', { kind: 'blind', method: 'join', state: 'accepted' });
    expect(peers.eventsOf('call.ended')).toEqual([]);
    await invite.bye();
    await vi.waitFor(() => expect(seen.ended).toBe(true), wait);
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('VOX-128 no answer: the call is back with the user; busy: the command says so', async () => {
    const all = await system({ bounds: { recallMs: 600 } });
    const { peers, anna } = all;
    const { callId, desk, peer } = await talkFrom(all, anna);
    const failed = await peers.command(anna, 'call.transfer', { callId, number: '11' });
    expect(failed).toMatchObject({ ok: false, code: 'transfer_failed' });
    await viewIn(all, anna, callId, { state: 'connected', transferring: false, held: false });
    const busy = peers.command(anna, 'call.transfer', { callId, number: '12' });
    (await inviteOf(all, 1)).reject(486);
    expect(await busy).toMatchObject({ ok: false, code: 'transfer_failed' });
    await viewIn(all, anna, callId, { transferring: false, held: false });
    peer.play(440);
    await hears(desk, 440);
    await eventLike(all, 'call.transferred', { state: 'failed', sipCode: 486 });
  });

  test('the caller hangs up while the target rings: the target is cancelled', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { callId, call } = await talkFrom(all, anna);
    const transfer = peers.command(anna, 'call.transfer', { callId, number: '11' });
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await viewIn(all, anna, callId, { transferring: true });
    await call.bye();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
    expect(await transfer).toMatchObject({ ok: false, code: 'transfer_failed' });
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('the user hangs up early: the transfer goes on without', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { callId, desk } = await talkFrom(all, anna);
    void peers.command(anna, 'call.transfer', { callId, number: '11' });
    const invite = await inviteOf(all);
    invite.ringing();
    await viewIn(all, anna, callId, { transferring: true });
    await peers.command(anna, 'call.hangup', { callId });
    await viewIn(all, anna, callId, { state: 'ended' });
    const target = await phone();
    followSession(invite, target);
    invite.answer(target.answer(invite.body));
    target.play(440);
    await hears(desk, 440);
    expect(peers.eventsOf('call.ended')).toEqual([]);
  });

  test('attended: the far sides of two calls talk, both end for the user', async () => {
    const all = await system();
    const { peers, anna } = all;
    const caller = await talkFrom(all, anna);
    const target = await talkTo(all, anna, '11');
    const joined = await peers.command(anna, 'call.connect', {
      callId: caller.callId,
      otherCallId: target.callId,
    });
    expect(joined).toMatchObject({ ok: true });
    await viewIn(all, anna, caller.callId, { state: 'ended' });
    await viewIn(all, anna, target.callId, { state: 'ended' });
    caller.desk.play(1000);
    target.desk.play(440);
    await Promise.all([hears(target.desk, 1000), hears(caller.desk, 440)]);
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'transferred' });
    const over = vi.fn();
    target.call.on('ended', over);
    await caller.call.bye();
    await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), wait);
    await endOf(all, 1);
  });

  test('attended while the target still rings, and it does not take the call', async () => {
    const all = await system();
    const { peers, anna } = all;
    const caller = await talkFrom(all, anna);
    const otherCallId = await dial(all, anna, await browser(), '11');
    const invite = await inviteOf(all);
    invite.ringing();
    await viewIn(all, anna, otherCallId, { state: 'ringing' });
    const connect = peers.command(anna, 'call.connect', { callId: caller.callId, otherCallId });
    await viewIn(all, anna, otherCallId, { state: 'ended' });
    invite.reject(480);
    expect(await connect).toMatchObject({ ok: false, code: 'transfer_failed' });
    // As it was before: the consultation had put it on hold.
    await viewIn(all, anna, caller.callId, { state: 'connected', transferring: false, held: true });
    await peers.command(anna, 'call.resume', { callId: caller.callId });
    caller.peer.play(440);
    await hears(caller.desk, 440);
  });
});

describe('transfer by REFER at the PBX', () => {
  const refer = { group: { transferMethod: 'refer' as const } };

  test('blind: the PBX reports the answer, our leg ends', async () => {
    const all = await system(refer);
    const { peers, anna } = all;
    const { callId, call } = await talkTo(all, anna, '10');
    const asked = vi.fn();
    call.on('refer', (request) => {
      asked(request.referTo.target);
      request.accept();
      request.notify(180);
      request.notify(200);
    });
    expect(
      await peers.command(anna, 'call.transfer', { callId, number: '+49 171 1234567' }),
    ).toMatchObject({ ok: true });
    expect(asked).toHaveBeenCalledWith(expect.stringContaining('sip:001711234567@'));
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'transferred' });
    await eventLike(all, 'call.transferred', { method: 'refer', state: 'accepted', sipCode: 200 });
  });

  test.each([
    ['refused at once', (request: { reject(status: number): void }) => request.reject(603)],
    [
      'the target is busy',
      (request: { accept(): void; notify(status: number): void }) => {
        request.accept();
        request.notify(486);
      },
    ],
  ])('%s: the call is back, still connected', async (_name, answer) => {
    const all = await system(refer);
    const { peers, anna } = all;
    const { callId, call, peer, desk } = await talkTo(all, anna, '10');
    call.on('refer', answer);
    expect(await peers.command(anna, 'call.transfer', { callId, number: '11' })).toMatchObject({
      ok: false,
      code: 'transfer_failed',
    });
    await viewIn(all, anna, callId, { state: 'connected', transferring: false, held: false });
    peer.play(440);
    await hears(desk, 440);
  });

  test('attended: REFER with Replaces names the other call', async () => {
    const all = await system(refer);
    const { peers, anna } = all;
    const first = await talkTo(all, anna, '10');
    const second = await talkTo(all, anna, '11', 1);
    const replaces = vi.fn();
    first.call.on('refer', (request) => {
      replaces(request.replaces?.callId);
      request.accept();
      request.notify(200);
    });
    expect(
      await peers.command(anna, 'call.connect', {
        callId: first.callId,
        otherCallId: second.callId,
      }),
    ).toMatchObject({ ok: true });
    expect(replaces).toHaveBeenCalledWith(second.call.callId);
    await viewIn(all, anna, first.callId, { state: 'ended' });
    await viewIn(all, anna, second.callId, { state: 'ended' });
  });

  test('VOX-132 help that rings is not given away; joined it is on the node, never by REFER', async () => {
    const all = await system(refer);
    const { peers, anna } = all;
    const caller = await talkTo(all, anna, '10');
    const refers = vi.fn();
    caller.call.on('refer', refers);
    const otherCallId = await dial(all, anna, await browser(), '112');
    const invite = await inviteOf(all, 1);
    invite.ringing();
    await viewIn(all, anna, otherCallId, { state: 'ringing', emergency: true });
    const ids = { callId: caller.callId, otherCallId };
    expect(await peers.command(anna, 'call.connect', ids)).toMatchObject({ code: 'call_state' });
    const rescue = await phone();
    followSession(invite, rescue);
    invite.answer(rescue.answer(invite.body));
    await viewIn(all, anna, otherCallId, { state: 'connected' });
    expect(await peers.command(anna, 'call.connect', ids)).toMatchObject({ ok: true });
    caller.desk.play(1000);
    await hears(rescue, 1000);
    expect(refers).not.toHaveBeenCalled();
  });
});
