import { describe, expect, test, vi } from 'vitest';
import { inviteOf, phone, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import {
  eventLike,
  type followSession,
  followSession as follows,
  heardBothWays,
  hears,
  hearsNothing,
  talkFrom,
  viewIn,
} from '../testing/talks.ts';

/** A telephone whose PBX takes only the re-INVITEs the test lets through; and what they said. */
function pickySession(accepts: (index: number) => boolean) {
  const offers: string[] = [];
  const follow: typeof followSession = (call, desk) => {
    const take = (reinvite: {
      body: string;
      accept(sdp: string): void;
      reject(status: number): void;
    }) => {
      const index = offers.push(reinvite.body) - 1;
      if (accepts(index)) reinvite.accept(desk.answer(reinvite.body));
      else reinvite.reject(488);
    };
    if ('answer' in call) call.on('reinvite', take);
    else call.on('reinvite', take);
  };
  return { offers, follow };
}

const directionOf = (sdp: string | undefined) =>
  /^a=(send\w+|recvonly|inactive)/m.exec(sdp ?? '')?.[1];

describe('two legs joined by this node', () => {
  test('one side’s hold is the other’s: its PBX is told, the music is heard; and back', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { offers, follow } = pickySession(() => true);
    const { callId, desk } = await talkFrom(all, anna, '20', undefined, follow);
    const transfer = peers.command(anna, 'call.transfer', { callId, number: '11' });
    const invite = await inviteOf(all);
    const target = await phone();
    follows(invite, target);
    invite.answer(target.answer(invite.body));
    expect(await transfer).toMatchObject({ ok: true });
    desk.play(1000);
    target.play(440);
    await Promise.all([hears(target, 1000), hears(desk, 440)]);

    const told = offers.length;
    target.accept((await invite.reinvite({ body: target.offer('sendonly') })).bodyText);
    await vi.waitFor(() => expect(offers).toHaveLength(told + 1), wait);
    expect(directionOf(offers.at(-1))).toBe('sendonly');
    await eventLike(all, 'call.held', { by: 'remote', held: true });
    target.play(700);
    await hears(desk, 700);
    await hearsNothing(target);

    target.accept((await invite.reinvite({ body: target.offer() })).bodyText);
    await vi.waitFor(() => expect(offers).toHaveLength(told + 2), wait);
    expect(directionOf(offers.at(-1))).toBe('sendrecv');
    await Promise.all([hears(target, 1000), hears(desk, 700)]);

    await invite.reinvite({ body: target.offer('inactive') });
    await vi.waitFor(() => expect(offers).toHaveLength(told + 3), wait);
    expect(directionOf(offers.at(-1))).toBe('inactive');
  });

  test.each([
    ['the move to the target', (index: number) => index !== 1],
    ['every re-INVITE', () => false],
  ])('VOX-128 a PBX that refuses %s: the call is back with the user', async (_what, accepts) => {
    const all = await system();
    const { peers, anna } = all;
    const { offers, follow } = pickySession(accepts);
    const talk = await talkFrom(all, anna, '20', undefined, follow);
    const { callId } = talk;
    const transfer = peers.command(anna, 'call.transfer', { callId, number: '11' });
    const invite = await inviteOf(all);
    const over = vi.fn();
    invite.on('ended', over);
    invite.ringing();
    await vi.waitFor(() => expect(offers).toHaveLength(1), wait);
    const target = await phone();
    follows(invite, target);
    invite.answer(target.answer(invite.body));
    expect(await transfer).toMatchObject({ ok: false, code: 'transfer_failed' });
    await viewIn(all, anna, callId, { state: 'connected', transferring: false, held: false });
    await vi.waitFor(() => expect(over).toHaveBeenCalledOnce(), wait);
    await heardBothWays(talk, 1000);
    expect(peers.eventsOf('call.ended')).toEqual([]);
    await eventLike(all, 'call.transferred', { by: 'local', method: 'join', state: 'failed' });
  });
});
