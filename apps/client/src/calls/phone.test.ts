import type { CallView } from '@trunkline/contracts/calls.ts';
import { createLive } from '@trunkline/ui/stores/live.ts';
import { afterEach, expect, test, vi } from 'vitest';
import type { Peer } from './peer.ts';
import { createPhone, type Phone } from './phone.ts';

let phone: Phone | null = null;
afterEach(() => phone?.stop());

function bench(more: { microphone?: () => Promise<MediaStream> } = {}) {
  const live = createLive();
  const commands: [string, Record<string, unknown>][] = [];
  let answerDial: (value: unknown) => void = () => undefined;
  const dialled = new Promise((resolve) => {
    answerDial = resolve;
  });
  const closed = vi.fn();
  const opened: (MediaStream | null)[] = [];
  const track = { stop: vi.fn() };
  const peer: Peer = {
    offer: async () => 'v=0 an offer',
    accept: async () => undefined,
    setMuted: () => undefined,
    sendKey: () => true,
    sample: async () => ({
      at: 0,
      packetsReceived: 0,
      packetsLost: 0,
      jitter: 0,
      roundTrip: null,
      energy: 0,
    }),
    play: () => undefined,
    close: closed,
  };
  phone = createPhone({
    calls: live.calls,
    onSnapshot: live.onSnapshot,
    command: (type, data) => {
      commands.push([type, data as unknown as Record<string, unknown>]);
      return type === 'call.dial' ? dialled : Promise.resolve({});
    },
    openPeer: (stream) => {
      opened.push(stream);
      return peer;
    },
    microphone:
      more.microphone ?? (async () => ({ getTracks: () => [track] }) as unknown as MediaStream),
    tones: { ringback: () => () => undefined, key: () => undefined },
  });
  return { live, commands, answerDial, closed, opened, track, phone };
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
