import type { CallView } from '@trunkline/contracts/calls.ts';
import { asApiError } from '@trunkline/ui/api/errors.ts';
import type { Realtime } from '@trunkline/ui/realtime/socket.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import { createStore, type Store } from '@trunkline/ui/stores/store.ts';
import type { Speaker } from './audio-devices.ts';
import { type CallCommands, createCallCommands } from './call-commands.ts';
import type { CallLocks } from './call-locks.ts';
import {
  callOf,
  canWait,
  diallingOf,
  freshLeg,
  type Leg,
  looksLikeEmergency,
  type MicrophoneProblem,
} from './leg.ts';
import { createLegWatch, type LegWatch, watchEvery } from './leg-watch.ts';
import type { OpenPeer, Peer } from './peer.ts';
import type { Received } from './quality.ts';
import type { Tones } from './tones.ts';

export interface PhonePorts {
  readonly calls: Store<Calls>;
  onSnapshot(listener: () => void): () => void;
  readonly command: Realtime['command'];
  readonly openPeer: OpenPeer;
  microphone(): Promise<MediaStream>;
  readonly speaker: Store<Speaker>;
  readonly tones: Pick<Tones, 'ringback' | 'key'>;
  readonly locks: CallLocks;
  /** This browser as the service knows it. */
  readonly deviceId: string;
}

export interface Phone extends Omit<CallCommands, 'hangUp'> {
  readonly legs: Store<readonly Leg[]>;
  /** What this browser receives, by key of the leg. */
  readonly received: Store<Readonly<Record<string, Received>>>;
  /** A call of ours is being made or goes on in this window. */
  busy(): boolean;
  /**
   * Calls at once; a running call is held first. An emergency number ends other calls and needs
   * no microphone.
   */
  dial(number: string): void;
  /** Takes a ringing call; the running ones are held where that can be, or ended. */
  answer(callId: string, running?: 'hold' | 'end'): void;
  /** Fetches the call that rings at a colleague. */
  pickUp(userId: string, name: string): void;
  /** Takes an own call over from another device or window. */
  take(callId: string): void;
  /** Dials a feature code of the line. */
  feature(lineId: string, index: number, name: string): void;
  /** Ends a leg or a call that is elsewhere. */
  hangUp(keyOrCallId: string): void;
  mute(key: string, muted: boolean): void;
  press(key: string, digit: string): void;
  /** Takes a failed leg from the screen. */
  dismiss(key: string): void;
  /** Starts sound a browser held back. */
  play(key: string): void;
  stop(): void;
}

/** A command that opens media must outlive the pipeline, the trunk and a short reconnect, milliseconds. */
const mediaPatience = 15_000;

type MediaCommand = 'call.dial' | 'call.answer' | 'call.pickup' | 'call.move' | 'call.feature';

/** What a leg holds that is not shown. */
interface Held {
  peer: Peer | null;
  watch: LegWatch | null;
  hungUp: boolean;
  /** The service has said that this browser holds the media. */
  ours: boolean;
  ringback: (() => void) | null;
  letGo: (() => void) | null;
}

/**
 * The telephone of this window. The service decides what a call is; here is its media, which
 * lives on while the socket is away.
 */
export function createPhone(ports: PhonePorts): Phone {
  const legs = createStore<readonly Leg[]>([]);
  const received = createStore<Readonly<Record<string, Received>>>({});
  const held = new Map<string, Held>();
  const commands = createCallCommands(ports.command);
  let count = 0;
  let looked = false;

  const find = (keyOrCallId: string) =>
    legs.get().find((leg) => leg.key === keyOrCallId || leg.callId === keyOrCallId);
  const viewOf = (leg: Leg): CallView | undefined => callOf(leg, ports.calls.get());

  function change(key: string, more: Partial<Leg>): void {
    legs.update((all) => all.map((leg) => (leg.key === key ? { ...leg, ...more } : leg)));
  }

  function begin(how: Leg['how'], more: Partial<Leg>): Leg {
    count += 1;
    const leg: Leg = { ...freshLeg, ...more, key: `leg-${count}`, how };
    held.set(leg.key, {
      peer: null,
      watch: null,
      hungUp: false,
      ours: false,
      ringback: null,
      letGo: null,
    });
    legs.update((all) => [...all, leg]);
    return leg;
  }

  /** Lets go of the media; the leg stays on screen only if something is to be said. */
  function release(key: string, keep = false): void {
    const own = held.get(key);
    held.delete(key);
    own?.ringback?.();
    own?.peer?.close();
    own?.letGo?.();
    received.update(({ [key]: _gone, ...rest }) => rest);
    if (!keep) legs.update((all) => all.filter((leg) => leg.key !== key));
  }

  /** Notes that this window has the call's media, so that no other window of the browser takes it. */
  function lock(leg: Leg, callId: string): void {
    const own = held.get(leg.key);
    if (own) own.letGo ??= ports.locks.hold(callId, () => release(leg.key));
  }

  async function openMicrophone(key: string): Promise<MediaStream | null> {
    try {
      return await ports.microphone();
    } catch (error) {
      change(key, { microphone: microphoneProblem(error) });
      return null;
    }
  }

  /** Microphone, connection and offer; null when the leg ended meanwhile or cannot go on. */
  async function prepare(leg: Leg): Promise<{ peer: Peer; sdp: string } | null> {
    const stream = await openMicrophone(leg.key);
    const own = held.get(leg.key);
    if (!own || own.hungUp) {
      for (const track of stream?.getTracks() ?? []) track.stop();
      return null;
    }
    // To listen is better than to lose: a call that goes on already, or help that is called.
    if (!stream && !leg.emergency && leg.how !== 'move') {
      change(leg.key, { phase: 'failed' });
      release(leg.key, true);
      return null;
    }
    const peer = ports.openPeer(stream, {
      onPath: (path) => change(leg.key, { path }),
      onPlayback: (playing) => change(leg.key, { blocked: !playing }),
      onMicrophoneLost: () => void replaceMicrophone(leg.key, peer),
    });
    own.peer = peer;
    own.watch = createLegWatch(peer);
    const { id, volume, missing } = ports.speaker.get();
    if (missing) change(leg.key, { device: { kind: 'speaker', now: '' } });
    toSpeaker(leg.key, peer, id, volume);
    quieten(leg.key);
    change(leg.key, { phase: 'signalling' });
    const sdp = await peer.offer();
    return held.get(leg.key) === own && !own.hungUp ? { peer, sdp } : null;
  }

  /** The microphone was unplugged: goes on with the one the system has now. */
  async function replaceMicrophone(key: string, peer: Peer): Promise<void> {
    try {
      const stream = await ports.microphone();
      await peer.replaceMicrophone(stream);
      const now = stream.getAudioTracks()[0]?.label ?? '';
      change(key, { device: { kind: 'microphone', now }, microphone: null });
    } catch (error) {
      change(key, {
        device: { kind: 'microphone', now: null },
        microphone: microphoneProblem(error),
      });
    }
  }

  function toSpeaker(key: string, peer: Peer, id: string, volume: number): void {
    peer.setSpeaker(id, volume).catch(() => {
      // Unplugged between two looks: the browser goes on with the system's output by itself.
      change(key, { device: { kind: 'speaker', now: '' } });
    });
  }

  /** Nobody hears the microphone who shall not: muted by hand, or the call is held. */
  function quieten(key: string): void {
    const leg = find(key);
    if (leg) held.get(key)?.peer?.setMuted(leg.muted || viewOf(leg)?.held === true);
  }

  function fail(leg: Leg, error: unknown): void {
    if (!held.has(leg.key)) return;
    change(leg.key, { phase: 'failed', error: asApiError(error).code });
    release(leg.key, true);
  }

  /** What the commands that open media send back; checked, because all media hangs on it. */
  function readResult(result: unknown): { callId: string; sdp: string } {
    const { callId, sdp } = (result ?? {}) as { callId?: unknown; sdp?: unknown };
    if (typeof callId !== 'string' || typeof sdp !== 'string')
      throw new Error('the service answered without media');
    return { callId, sdp };
  }

  /** Opens the media of a leg by a command. Rejects with what stood against it. */
  async function open(leg: Leg, type: MediaCommand, data: object): Promise<void> {
    const own = held.get(leg.key);
    const ready = await prepare(leg);
    if (!ready) return;
    const sent = { ...data, sdp: ready.sdp } as never;
    const { callId, sdp } = readResult(
      await ports.command(type, sent, { timeoutMs: mediaPatience }),
    );
    // Hung up while the service was still taking the call.
    if (own?.hungUp) commands.hangUp(callId);
    if (held.get(leg.key) !== own) return;
    lock(leg, callId);
    change(leg.key, { callId, phase: 'live' });
    await ready.peer.accept(sdp);
    followCalls();
  }

  /** Opens a leg's media once the running calls wait. */
  async function openAfterHold(leg: Leg, type: MediaCommand, data: object): Promise<void> {
    const running = legs.get().flatMap((each) => {
      const call = each.key === leg.key || each.phase !== 'live' ? undefined : viewOf(each);
      return call?.state === 'connected' && !call.held ? [call.id] : [];
    });
    if (running.length > 0) {
      await Promise.all(running.map((callId) => commands.hold(callId)));
      if (!held.has(leg.key)) return;
    }
    await open(leg, type, data);
  }

  async function place(leg: Leg, type: MediaCommand, data: object): Promise<void> {
    try {
      await openAfterHold(leg, type, data);
    } catch (error) {
      fail(leg, error);
    }
  }

  /** For calls that exist already: when they are gone the call itself says so. */
  async function join(leg: Leg, type: 'call.answer' | 'call.move', callId: string): Promise<void> {
    lock(leg, callId);
    try {
      await openAfterHold(leg, type, { callId });
    } catch (error) {
      if (asApiError(error).code === 'call_gone') release(leg.key);
      else fail(leg, error);
    }
  }

  /**
   * After a reload the service still has the call on this device, and no window its media: this
   * one takes it back.
   */
  async function takeBack(call: CallView): Promise<void> {
    let key: string | null = null;
    const letGo = await ports.locks.holdIfFree(call.id, () => {
      if (key !== null) release(key);
    });
    if (!letGo) return;
    if (find(call.id)) return letGo();
    const leg = begin('move', { callId: call.id, emergency: call.emergency });
    key = leg.key;
    const own = held.get(leg.key);
    if (own) own.letGo = letGo;
    try {
      await open(leg, 'call.answer', { callId: call.id });
    } catch {
      // Not to be had now: it is offered on screen, to be taken by hand.
      release(leg.key);
    }
  }

  /** Follows what the service says about our calls. */
  function followCalls(): void {
    for (const leg of legs.get()) {
      const call = viewOf(leg);
      const own = held.get(leg.key);
      if (!call || !own) continue;
      if (call.deviceId === ports.deviceId) own.ours = true;
      const movedAway = own.ours && call.deviceId !== null && call.deviceId !== ports.deviceId;
      if (call.state === 'ended' || movedAway) release(leg.key);
      else {
        ringbackFor(leg, call);
        quieten(leg.key);
      }
    }
  }

  function ringbackFor(leg: Leg, call: CallView): void {
    const own = held.get(leg.key);
    if (!own) return;
    const ringing = call.direction === 'outgoing' && call.state === 'ringing';
    if (ringing && own.watch?.heard !== true) own.ringback ??= ports.tones.ringback();
    else {
      own.ringback?.();
      own.ringback = null;
    }
  }

  /** After a new snapshot, calls that are no longer in it are over. */
  function reconcile(): void {
    const calls = ports.calls.get();
    for (const leg of legs.get())
      if (leg.callId !== null && leg.phase === 'live' && !calls[leg.callId]) release(leg.key);
    if (looked) return;
    looked = true;
    for (const call of Object.values(calls))
      if (call.deviceId === ports.deviceId && call.state !== 'ended' && !find(call.id))
        void takeBack(call);
  }

  async function look(leg: Leg): Promise<void> {
    const own = held.get(leg.key);
    if (!own?.watch || leg.phase !== 'live') return;
    const seen = await own.watch.look(viewOf(leg));
    if (!seen || held.get(leg.key) !== own) return;
    const call = viewOf(leg);
    if (call) ringbackFor(leg, call);
    received.update((all) => ({ ...all, [leg.key]: seen.received }));
    const shown = find(leg.key);
    if (shown && (shown.quality !== seen.quality || shown.silent !== seen.silent))
      change(leg.key, { quality: seen.quality, silent: seen.silent });
  }

  function followSpeaker(): void {
    const { id, volume, missing } = ports.speaker.get();
    for (const [key, { peer }] of held) {
      if (!peer) continue;
      const told = find(key)?.device?.kind === 'speaker';
      if (missing !== told) change(key, { device: missing ? { kind: 'speaker', now: '' } : null });
      toSpeaker(key, peer, id, volume);
    }
  }

  const watch = setInterval(() => {
    for (const leg of legs.get())
      look(leg).catch(() => {
        // The connection closed under the question; the leg is on its way out.
      });
  }, watchEvery);
  const leave = [
    ports.calls.subscribe(followCalls),
    ports.onSnapshot(reconcile),
    ports.speaker.subscribe(followSpeaker),
  ];

  function clearFailed(): void {
    for (const leg of legs.get()) if (leg.phase === 'failed') release(leg.key);
  }

  /** Begins an outgoing call of some kind, unless the running one stands in the way. */
  function start(how: Leg['how'], more: Partial<Leg>, type: MediaCommand, data: object): void {
    if (diallingOf(legs.get(), ports.calls.get()) === 'barred') return;
    clearFailed();
    void place(begin(how, more), type, data);
  }

  const { hangUp: sendHangUp, ...plain } = commands;
  const phone: Phone = {
    ...plain,
    legs,
    received,
    busy: () => legs.get().some((leg) => leg.phase !== 'failed'),
    dial(number) {
      const emergency = looksLikeEmergency(number);
      if (emergency) for (const leg of legs.get()) phone.hangUp(leg.key);
      start('dial', { typed: number, emergency }, 'call.dial', { number });
    },
    answer(callId, running) {
      if (find(callId)) return;
      clearFailed();
      for (const leg of legs.get()) {
        const call = viewOf(leg);
        const stays = call?.held === true || (running !== 'end' && canWait(call));
        if (!stays) phone.hangUp(leg.key);
      }
      void join(begin('answer', { callId }), 'call.answer', callId);
    },
    pickUp(userId, name) {
      start('pickup', { label: name }, 'call.pickup', { userId });
    },
    take(callId) {
      if (find(callId)) return;
      clearFailed();
      const call = ports.calls.get()[callId];
      const leg = begin('move', { callId, emergency: call?.emergency ?? false });
      // Windows of one browser are one device: between them nothing moves, the call is answered anew.
      void join(leg, call?.deviceId === ports.deviceId ? 'call.answer' : 'call.move', callId);
    },
    feature(lineId, index, name) {
      start('feature', { label: name }, 'call.feature', { lineId, index });
    },
    hangUp(keyOrCallId) {
      const leg = find(keyOrCallId);
      if (!leg) {
        sendHangUp(keyOrCallId);
        return;
      }
      const own = held.get(leg.key);
      if (own) own.hungUp = true;
      if (leg.callId !== null && leg.phase !== 'failed') sendHangUp(leg.callId);
      release(leg.key);
    },
    mute(key, muted) {
      change(key, { muted });
      quieten(key);
    },
    press(key, digit) {
      const leg = find(key);
      if (!leg) return;
      ports.tones.key(digit);
      if (held.get(key)?.peer?.sendKey(digit) || leg.callId === null) return;
      ports
        .command('call.dtmf', { callId: leg.callId as never, digits: digit })
        .catch((error: unknown) => change(key, { error: asApiError(error).code }));
    },
    dismiss: (key) => release(key),
    play(key) {
      held.get(key)?.peer?.play();
    },
    stop() {
      clearInterval(watch);
      for (const each of leave) each();
      for (const leg of legs.get()) phone.hangUp(leg.key);
    },
  };
  return phone;
}

/** What `getUserMedia` means by its error (W3C Media Capture §10.3). */
export function microphoneProblem(error: unknown): MicrophoneProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
}
