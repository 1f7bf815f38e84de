import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { createLive } from '@trunkline/ui/stores/live.ts';
import { createStore } from '@trunkline/ui/stores/store.ts';
import { afterEach, expect, test, vi } from 'vitest';
import type { Speaker } from './audio-devices.ts';
import type { CallLocks } from './call-locks.ts';
import type { Peer, PeerEvents } from './peer.ts';
import { createPhone, type Phone } from './phone.ts';

let phone: Phone | null = null;
afterEach(() => phone?.stop());

interface BenchOptions {
  microphone?: () => Promise<MediaStream>;
  /** Windows of this browser that hold a call's media already. */
  heldElsewhere?: string[];
}

function bench(more: BenchOptions = {}) {
  const live = createLive();
  const commands: [string, Record<string, unknown>][] = [];
  const answers = new Map<string, () => Promise<unknown>>();
  let answerDial: (value: unknown) => void = () => undefined;
  const dialled = new Promise((resolve) => {
    answerDial = resolve;
  });
  answers.set('call.dial', () => dialled);
  const closed = vi.fn();
  const opened: (MediaStream | null)[] = [];
  const events: PeerEvents[] = [];
  const muted: boolean[] = [];
  const replaced: MediaStream[] = [];
  const speakers: [string, number][] = [];
  const track = { stop: vi.fn() };
  const peer: Peer = {
    offer: async () => 'v=0 an offer',
    accept: async () => undefined,
    setMuted: (value) => muted.push(value),
    replaceMicrophone: async (stream) => void replaced.push(stream),
    setSpeaker: async (id, volume) => void speakers.push([id, volume]),
    sendKey: () => true,
    sample: async () => ({
      at: 0,
      packetsReceived: 0,
      packetsLost: 0,
      jitter: 0,
      roundTrip: null,
      energy: 0,
      codec: null,
    }),
    play: () => undefined,
    close: closed,
  };
  const taken = new Map<string, () => void>();
  const locks: CallLocks = {
    hold(callId, onTaken) {
      taken.set(callId, onTaken);
      return () => taken.delete(callId);
    },
    holdIfFree: async (callId, onTaken) =>
      more.heldElsewhere?.includes(callId) ? null : locks.hold(callId, onTaken),
  };
  const speaker = createStore<Speaker>({ id: '', volume: 1, missing: false });
  phone = createPhone({
    calls: live.calls,
    onSnapshot: live.onSnapshot,
    command: (type, data) => {
      commands.push([type, data as unknown as Record<string, unknown>]);
      return (answers.get(type) ?? (async () => ({})))();
    },
    openPeer: (stream, told) => {
      opened.push(stream);
      events.push(told);
      return peer;
    },
    microphone:
      more.microphone ??
      (async () =>
        ({
          getTracks: () => [track],
          getAudioTracks: () => [{ label: 'Desk microphone' }],
        }) as unknown as MediaStream),
    speaker,
    tones: { ringback: () => () => undefined, key: () => undefined },
    locks,
    deviceId: 'dev_1',
  });
  return {
    live,
    commands,
    answers,
    answerDial,
    closed,
    opened,
    events,
    muted,
    replaced,
    speakers,
    speaker,
    taken,
    track,
    phone,
  };
}

const call = (more: Partial<CallView> = {}): CallView => ({
  id: 'cal_1',
  direction: 'outgoing',
  state: 'connected',
  remote: { number: '20', display: '20', name: null, userId: null },
  lineId: 'lin_1',
  lineNumber: '20',
  deviceId: 'dev_1',
  startedAt: '2026-11-23T09:00:00.000Z',
  answeredAt: '2026-11-23T09:00:01.000Z',
  hideReject: false,
  emergency: false,
  held: false,
  remoteHeld: false,
  functions: [...callFunctions],
  forwardedBy: null,
  pbxEncrypted: null,
  transferring: false,
  end: null,
  ...more,
});
const snapshot = (...calls: CallView[]) => ({ presence: {}, calls, ownManual: null, lines: {} });
const refused = (name: string) => async () => {
  throw Object.assign(new Error(name), { name });
};

test('hung up while the service was still taking the call: it is ended there as well', async () => {
  const { phone, commands, answerDial } = bench();
  phone.dial('20');
  await vi.waitFor(() => expect(commands).toHaveLength(1));
  phone.hangUp(phone.legs.get()[0]?.key ?? '');
  expect(phone.legs.get()).toEqual([]);
  answerDial({ callId: 'cal_1', sdp: 'v=0' });
  await vi.waitFor(() => expect(commands[1]).toEqual(['call.hangup', { callId: 'cal_1' }]));
});

test('hung up while the browser asks for the microphone: nothing is sent, the microphone is off', async () => {
  let grant: (stream: MediaStream) => void = () => undefined;
  const stop = vi.fn();
  const { phone, commands } = bench({
    microphone: () =>
      new Promise((resolve) => {
        grant = resolve;
      }),
  });
  phone.dial('20');
  phone.hangUp(phone.legs.get()[0]?.key ?? '');
  grant({ getTracks: () => [{ stop }] } as unknown as MediaStream);
  await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
  expect(commands).toEqual([]);
});

test('a cut socket leaves the media alone; a snapshot without the call ends it', async () => {
  const { phone, live, answerDial, closed } = bench();
  phone.dial('20');
  answerDial({ callId: 'cal_1', sdp: 'v=0' });
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('live'));
  live.onEvent('snapshot', snapshot(call()));
  expect(phone.legs.get()).toHaveLength(1);
  expect(closed).not.toHaveBeenCalled();
  live.onEvent('snapshot', snapshot());
  expect(phone.legs.get()).toEqual([]);
  expect(closed).toHaveBeenCalledOnce();
});

test('the end of a call takes its media down', async () => {
  const { phone, live, answerDial, closed } = bench();
  phone.dial('20');
  answerDial({ callId: 'cal_1', sdp: 'v=0' });
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('live'));
  live.onEvent('call.changed', {
    call: call({
      state: 'ended',
      end: { by: 'remote', cause: 'normal', sipCode: null, elsewhere: false },
    }),
  });
  expect(phone.legs.get()).toEqual([]);
  expect(closed).toHaveBeenCalledOnce();
});

test('a blocked microphone stops a call with help, but never an emergency call', async () => {
  const { phone, commands, opened } = bench({ microphone: refused('NotAllowedError') });
  phone.dial('20');
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('failed'));
  expect(phone.legs.get()[0]?.microphone).toBe('denied');
  expect(commands).toEqual([]);
  phone.dial('112');
  await vi.waitFor(() => expect(commands[0]?.[1].number).toBe('112'));
  expect(opened).toEqual([null]);
});

/** A first call that goes on. */
async function talking(options: BenchOptions = {}, first: Partial<CallView> = {}) {
  const all = bench(options);
  all.phone.dial('20');
  all.answerDial({ callId: 'cal_1', sdp: 'v=0' });
  await vi.waitFor(() => expect(all.phone.legs.get()[0]?.phase).toBe('live'));
  all.live.onEvent('call.changed', { call: call(first) });
  all.commands.length = 0;
  return all;
}
const typesOf = (commands: [string, unknown][]) => commands.map(([type]) => type);

test('a second call is begun after the first one is held, whose microphone is off then', async () => {
  const { phone, commands, live, muted } = await talking();
  phone.dial('21');
  await vi.waitFor(() => expect(typesOf(commands)).toEqual(['call.hold', 'call.dial']));
  expect(commands[0]?.[1]).toEqual({ callId: 'cal_1' });
  muted.length = 0;
  live.onEvent('call.changed', { call: call({ held: true }) });
  expect(muted[0]).toBe(true);
});

test('a refused hold begins nothing and says why', async () => {
  const { phone, commands, answers } = await talking();
  answers.set('call.hold', async () => {
    throw new ApiError('function_off');
  });
  phone.dial('21');
  await vi.waitFor(() => expect(phone.legs.get()[1]?.error).toBe('function_off'));
  expect(typesOf(commands)).toEqual(['call.hold']);
  expect(phone.legs.get()[0]?.phase).toBe('live');
});

test('no second call while the first cannot wait; an emergency call ends it instead', async () => {
  const { phone, commands } = await talking({}, { functions: ['hang_up'] });
  phone.dial('21');
  phone.pickUp('usr_1', 'Ben');
  phone.feature('lin_1', 0, 'Night service');
  expect(phone.legs.get()).toHaveLength(1);
  phone.dial('112');
  await vi.waitFor(() => expect(typesOf(commands)).toEqual(['call.hangup', 'call.dial']));
});

const ringing = (more: Partial<CallView> = {}) =>
  call({ id: 'cal_2', direction: 'incoming', state: 'ringing', deviceId: null, ...more });

test.each([
  ['hold', {}, ['call.hold', 'call.answer']],
  ['end', {}, ['call.hangup', 'call.answer']],
  ['hold', { functions: [] }, ['call.hangup', 'call.answer']],
] as const)('answering while talking: %s', async (running, first, expected) => {
  const { phone, commands, live } = await talking(
    {},
    { ...first, functions: [...((first as { functions?: [] }).functions ?? callFunctions)] },
  );
  live.onEvent('call.changed', { call: ringing() });
  phone.answer('cal_2', running);
  await vi.waitFor(() => expect(typesOf(commands)).toEqual(expected));
});

test('a held call stays when another one is ended for a new one', async () => {
  const { phone, commands, live } = await talking({}, { held: true });
  live.onEvent('call.changed', { call: ringing() });
  phone.answer('cal_2', 'end');
  await vi.waitFor(() => expect(typesOf(commands)).toEqual(['call.answer']));
});

test('moved to another device: the media here goes, the call does not', async () => {
  const { phone, commands, live, closed } = await talking();
  live.onEvent('call.changed', { call: call({ deviceId: 'dev_2' }) });
  expect(phone.legs.get()).toEqual([]);
  expect(closed).toHaveBeenCalledOnce();
  expect(commands).toEqual([]);
});

test('taken by another window of this browser: the same', async () => {
  const { phone, commands, taken, closed } = await talking();
  taken.get('cal_1')?.();
  expect(phone.legs.get()).toEqual([]);
  expect(closed).toHaveBeenCalledOnce();
  expect(commands).toEqual([]);
});

test('after a reload the own call is taken back, the calls of other devices and windows are not', async () => {
  const { phone, commands, live, answers, closed } = bench({ heldElsewhere: ['cal_3'] });
  answers.set('call.answer', async () => ({ callId: 'cal_1', sdp: 'v=0' }));
  live.onEvent(
    'snapshot',
    snapshot(
      call(),
      call({ id: 'cal_2', deviceId: 'dev_2' }),
      call({ id: 'cal_3' }),
      ringing({ id: 'cal_4' }),
    ),
  );
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('live'));
  expect(commands).toEqual([['call.answer', { callId: 'cal_1', sdp: 'v=0 an offer' }]]);
  live.onEvent('snapshot', snapshot(call(), call({ id: 'cal_5' })));
  await Promise.resolve();
  expect(commands).toHaveLength(1);
  expect(closed).not.toHaveBeenCalled();
});

test('what cannot be taken back is left alone, to be taken by hand', async () => {
  const { phone, live, answers, closed } = bench();
  answers.set('call.answer', async () => {
    throw new ApiError('call_state');
  });
  live.onEvent('snapshot', snapshot(call()));
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(phone.legs.get()).toEqual([]);
});

test('taking a call over works before the service says so, and fails in words', async () => {
  const { phone, live, answers, commands } = bench();
  live.onEvent('snapshot', snapshot(call({ deviceId: 'dev_2' })));
  answers.set('call.move', async () => ({ callId: 'cal_1', sdp: 'v=0' }));
  phone.take('cal_1');
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('live'));
  // Another change of the call, in which it still is where it was.
  live.onEvent('call.changed', { call: call({ deviceId: 'dev_2', remoteHeld: true }) });
  expect(phone.legs.get()).toHaveLength(1);
  live.onEvent('call.changed', { call: call() });
  live.onEvent('call.changed', { call: call({ deviceId: 'dev_2' }) });
  expect(phone.legs.get()).toEqual([]);
  answers.set('call.move', async () => {
    throw new ApiError('function_off');
  });
  phone.take('cal_1');
  await vi.waitFor(() => expect(phone.legs.get()[0]?.error).toBe('function_off'));
  expect(typesOf(commands)).toEqual(['call.move', 'call.move']);
});

test('nothing to pick up is said where the call would be', async () => {
  const { phone, answers, commands } = bench();
  answers.set('call.pickup', async () => {
    throw new ApiError('nothing_to_pick_up');
  });
  phone.pickUp('usr_1', 'Ben Weber');
  await vi.waitFor(() => expect(phone.legs.get()[0]?.phase).toBe('failed'));
  expect(phone.legs.get()[0]).toMatchObject({ label: 'Ben Weber', error: 'nothing_to_pick_up' });
  expect(commands).toEqual([['call.pickup', { userId: 'usr_1', sdp: 'v=0 an offer' }]]);
});

test('an unplugged microphone is replaced by what there is, and it is said', async () => {
  const { phone, events, replaced } = await talking();
  events[0]?.onMicrophoneLost();
  await vi.waitFor(() => expect(replaced).toHaveLength(1));
  await vi.waitFor(() =>
    expect(phone.legs.get()[0]?.device).toEqual({ kind: 'microphone', now: 'Desk microphone' }),
  );
});

test('without any other microphone the call goes on, and it is said that nobody hears', async () => {
  let there = true;
  const { phone, events, closed } = await talking({
    microphone: async () => {
      if (!there) throw Object.assign(new Error('none'), { name: 'NotFoundError' });
      return { getTracks: () => [] } as unknown as MediaStream;
    },
  });
  there = false;
  events[0]?.onMicrophoneLost();
  await vi.waitFor(() =>
    expect(phone.legs.get()[0]).toMatchObject({
      device: { kind: 'microphone', now: null },
      microphone: 'missing',
    }),
  );
  expect(closed).not.toHaveBeenCalled();
});

test('an unplugged speaker falls back and says so; plugged in again it is used again', async () => {
  const { phone, speaker, speakers } = await talking();
  speaker.set({ id: '', volume: 0.5, missing: true });
  expect(speakers.at(-1)).toEqual(['', 0.5]);
  expect(phone.legs.get()[0]?.device).toEqual({ kind: 'speaker', now: '' });
  speaker.set({ id: 'headset', volume: 0.5, missing: false });
  expect(speakers.at(-1)).toEqual(['headset', 0.5]);
  expect(phone.legs.get()[0]?.device).toBeNull();
});
