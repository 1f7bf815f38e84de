import type { NodeEventData, NodeEventType } from '@trunkline/contracts/call-events.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { dominantTone } from '@trunkline/media/audio/detect.ts';
import type { WebPeer } from '@trunkline/media/node/testing/web-peer.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import { expect, vi } from 'vitest';
import { answer, browser, dial, inviteOf, phone } from './actors.ts';
import type { TestPhone, TestPhoneOptions } from './pbx.ts';
import { type Surroundings, type System, type Whom, wait } from './system.ts';

/** A telephone with its call at the PBX. */
export interface Talk<Call> {
  callId: string;
  call: Call;
  desk: TestPhone;
  peer: WebPeer;
}

/** The telephone follows what the other side makes of the session. */
export function followSession(call: IncomingCall | OutgoingCall, desk: TestPhone): void {
  const take = (reinvite: { body: string; accept(sdp: string): void }) =>
    reinvite.accept(desk.answer(reinvite.body));
  if ('answer' in call) call.on('reinvite', take);
  else call.on('reinvite', take);
}

/** A user dials and a telephone answers; which INVITE of the node it is, oldest first. */
export async function talkTo(
  all: System,
  whom: Whom,
  number: string,
  index = 0,
  options?: TestPhoneOptions,
): Promise<Talk<IncomingCall>> {
  const [peer, desk] = [await browser(), await phone(options)];
  const callId = await dial(all, whom, peer, number);
  const call = await inviteOf(all, index);
  followSession(call, desk);
  call.answer(desk.answer(call.body));
  await viewIn(all, whom, callId, { state: 'connected' });
  return { callId, call, desk, peer };
}

/** A telephone calls a line and the user answers. */
export async function talkFrom(
  all: System,
  whom: Whom,
  line = '20',
  from?: string,
  follow: typeof followSession = followSession,
): Promise<Talk<OutgoingCall>> {
  all.peers.devices.set(whom.userId, 1);
  const [peer, desk] = [await browser(), await phone()];
  const call = all.pbx.call(line, desk.offer(), from);
  follow(call, desk);
  call.on('answered', ({ bodyText }) => desk.accept(bodyText));
  const { id } = await vi.waitFor(() => {
    const view = all.peers.viewsOf(whom.userId).findLast(({ state }) => state === 'ringing');
    if (!view) throw new Error('nothing rings');
    return view;
  }, wait);
  await answer(all, whom, peer, id);
  await viewIn(all, whom, id, { state: 'connected' });
  return { callId: id, call, desk, peer };
}

/** Waits until a call looks like this to a user. */
export function viewIn(
  { peers }: Surroundings,
  whom: Whom,
  callId: string,
  like: Partial<CallView>,
): Promise<CallView> {
  return vi.waitFor(() => {
    const view = peers.viewsOf(whom.userId).find(({ id }) => id === callId);
    expect(view).toMatchObject(like);
    return view as CallView;
  }, wait);
}

/** Waits for an event of a kind, with data like this. */
export function eventLike<T extends NodeEventType>(
  { peers }: Surroundings,
  type: T,
  like: Partial<NodeEventData<T>>,
): Promise<void> {
  const expected: object = like;
  return vi.waitFor(
    () =>
      expect(peers.eventsOf(type).map(({ data }): object => data)).toContainEqual(
        expect.objectContaining(expected),
      ),
    wait,
  );
}

/** The telephone hears this tone, Hz. */
export function hears(desk: TestPhone, frequency: number): Promise<void> {
  return vi.waitFor(() => {
    expect(Math.abs(dominantTone(desk.samples, 8000).frequency - frequency)).toBeLessThan(8);
  }, wait);
}

/** Nothing arrives at the telephone any more: quiet for ten packets' time. */
export function hearsNothing(desk: TestPhone): Promise<void> {
  let [before, quiet] = [-1, 0];
  return vi.waitFor(() => {
    quiet = desk.packets === before ? quiet + 1 : 0;
    before = desk.packets;
    expect(quiet).toBeGreaterThan(10);
  }, wait);
}

/** The browser hears this tone, Hz. */
export function browserHears(peer: WebPeer, frequency: number): Promise<void> {
  return vi.waitFor(
    () => expect(Math.abs(peer.hearing.frequency - frequency)).toBeLessThan(8),
    wait,
  );
}

/** Browser and telephone hear each other; the telephone by this tone, Hz. */
export async function heardBothWays(
  { peer, desk }: Pick<Talk<unknown>, 'peer' | 'desk'>,
  frequency: number,
): Promise<void> {
  peer.play(440);
  desk.play(frequency);
  await Promise.all([hears(desk, 440), browserHears(peer, frequency)]);
}

/** What became of a call of the PBX. */
export function outcome(call: OutgoingCall) {
  const seen = { status: [] as number[], failed: 0, answered: '', ended: false, contact: '' };
  call.on('provisional', ({ statusCode }) => seen.status.push(statusCode));
  call.on('failed', ({ statusCode, response }) => {
    seen.failed = statusCode;
    seen.contact = response?.headers.get('contact') ?? '';
  });
  call.on('answered', ({ bodyText }) => {
    seen.answered = bodyText;
  });
  call.on('ended', () => {
    seen.ended = true;
  });
  return seen;
}
