import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { WebPeer } from '@trunkline/media/node/testing/web-peer.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import { afterEach, vi } from 'vitest';
import { TestPhone, type TestPhoneOptions } from './pbx.ts';
import {
  type Surroundings,
  type System,
  type SystemOptions,
  startSystem,
  type Whom,
  wait,
} from './system.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Ends something after the test, last opened first. */
export function after(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A media node with its surroundings for one test. */
export async function system(options?: SystemOptions): Promise<System> {
  const started = await startSystem(options);
  after(() => started.close());
  return started;
}

/** A browser for one test. */
export async function browser(): Promise<WebPeer> {
  const peer = await WebPeer.open();
  after(() => peer.close());
  return peer;
}

/** A desk phone for one test. */
export async function phone(options?: TestPhoneOptions): Promise<TestPhone> {
  const opened = await TestPhone.open(options);
  after(() => opened.close());
  return opened;
}

/** A user dials; the browser takes the answer. */
export async function dial(
  { peers }: Surroundings,
  whom: Whom,
  peer: WebPeer,
  number: string,
): Promise<string> {
  return takeMedia(
    peer,
    await peers.command(whom, 'call.dial', { number, sdp: await peer.offer() }),
  );
}

/** A user answers; the browser takes the answer. */
export async function answer(
  { peers }: Surroundings,
  whom: Whom,
  peer: WebPeer,
  callId: string,
): Promise<string> {
  return takeMedia(
    peer,
    await peers.command(whom, 'call.answer', { callId, sdp: await peer.offer() }),
  );
}

async function takeMedia(
  peer: WebPeer,
  result: { ok: boolean; code: string | null; data?: unknown },
): Promise<string> {
  if (!result.ok) throw new Error(`refused: ${result.code}`);
  const { callId, sdp } = result.data as { callId: string; sdp: string };
  await peer.accept(sdp);
  return callId;
}

/** Waits for the end of a call, the first one unless counted. */
export function endOf({ peers }: Surroundings, index = 0): Promise<NodeEventData<'call.ended'>> {
  return vi.waitFor(() => {
    const event = peers.eventsOf('call.ended')[index];
    if (event?.type !== 'call.ended') throw new Error('the call has not ended');
    return event.data;
  }, wait);
}

/** Waits for an INVITE of the node at the PBX. */
export function inviteOf({ pbx }: Surroundings, index = 0): Promise<IncomingCall> {
  return vi.waitFor(() => {
    const call = pbx.calls[index];
    if (!call) throw new Error('no INVITE came');
    return call;
  }, wait);
}

/** Waits until a user's first call is in a state, as the edge was told. */
export function stateOf(
  { peers }: Surroundings,
  whom: Whom,
  state: CallView['state'],
): Promise<CallView> {
  return vi.waitFor(() => {
    const [view] = peers.viewsOf(whom.userId);
    if (view?.state !== state) throw new Error(`the call is ${view?.state}, not ${state}`);
    return view;
  }, wait);
}

/** What tells how a call went, not what happened to it. */
const asides = new Set(['call.media', 'call.route', 'call.quality', 'call.dtmf']);

/** Types of a call's events in order, without asides and SIP messages. */
export function storyOf({ peers }: Surroundings): string[] {
  return peers.events
    .map((event) => event.type)
    .filter((type) => type.startsWith('call.') && !asides.has(type));
}
