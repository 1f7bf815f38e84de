import type { CallView } from '@trunkline/contracts/calls.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';
import { asApiError } from '@trunkline/ui/api/errors.ts';
import type { Realtime } from '@trunkline/ui/realtime/socket.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import { createStore, type Store } from '@trunkline/ui/stores/store.ts';
import type { OpenPeer, PathState, Peer } from './peer.ts';
import { type MediaSample, type Quality, qualityOf } from './quality.ts';
import type { Tones } from './tones.ts';

export type MicrophoneProblem = 'denied' | 'missing' | 'busy';

/** A call whose media is in this window. */
export interface Leg {
  /** Made here, stays the same from the click to the end. */
  readonly key: string;
  /** Known once the service took the call. */
  readonly callId: string | null;
  /** What was dialled; null for an incoming call. */
  readonly typed: string | null;
  readonly emergency: boolean;
  readonly phase: 'microphone' | 'signalling' | 'live' | 'failed';
  readonly microphone: MicrophoneProblem | null;
  readonly error: ErrorCode | null;
  readonly muted: boolean;
  readonly path: PathState;
  readonly quality: Quality | null;
  /** Nothing has been received for two seconds of a connected call. */
  readonly silent: boolean;
  /** The browser holds back sound until somebody clicks. */
  readonly blocked: boolean;
}

export interface PhonePorts {
  readonly calls: Store<Calls>;
  onSnapshot(listener: () => void): () => void;
  readonly command: Realtime['command'];
  readonly openPeer: OpenPeer;
  microphone(): Promise<MediaStream>;
  readonly tones: Pick<Tones, 'ringback' | 'key'>;
}

export interface Phone {
  readonly legs: Store<readonly Leg[]>;
  /** A call of ours is being made or held, so another one must wait. */
  busy(): boolean;
  /** Calls at once. An emergency number ends other calls and needs no microphone. */
  dial(number: string): void;
  answer(callId: string): void;
  reject(callId: string, variant?: 'busy' | 'decline'): Promise<void>;
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

/** Numbers that are dialled whatever else goes on; the media node decides for itself as well. */
const emergencyNumbers = new Set(['110', '112', '0110', '0112']);
export function looksLikeEmergency(number: string): boolean {
  return emergencyNumbers.has(number.replace(/\s/g, ''));
}

/** How often media is looked at, and how long nothing may arrive, milliseconds. */
const watchEvery = 1_000;
const silenceAfter = 2_000;
/** A dial command must outlive the pipeline, the trunk and a short reconnect, milliseconds. */
const dialPatience = 15_000;

/** How often hanging up is asked for at the most, and how long it waits in between, milliseconds. */
const hangUpTries = 20;
const hangUpAgain = 400;
/** Answers of a service that will know the call again in a moment. */
const comingBack = new Set<string>(['unavailable', 'no_media_node']);

interface Held {
  peer: Peer | null;
  before: MediaSample | null;
  heardAt: number | null;
  hungUp: boolean;
  ringback: (() => void) | null;
}

/**
 * The telephone of this window. The service decides what a call is; here is its media, which
 * lives on while the socket is away.
 */
export function createPhone(ports: PhonePorts): Phone {
  const legs = createStore<readonly Leg[]>([]);
  const held = new Map<string, Held>();
  let count = 0;

  const find = (keyOrCallId: string) =>
    legs.get().find((leg) => leg.key === keyOrCallId || leg.callId === keyOrCallId);

  function change(key: string, more: Partial<Leg>): void {
    legs.update((all) => all.map((leg) => (leg.key === key ? { ...leg, ...more } : leg)));
  }

  function begin(callId: string | null, typed: string | null): Leg {
    count += 1;
    const leg: Leg = {
      key: `leg-${count}`,
      callId,
      typed,
      emergency: typed !== null && looksLikeEmergency(typed),
      phase: 'microphone',
      microphone: null,
      error: null,
      muted: false,
      path: 'connecting',
      quality: null,
      silent: false,
      blocked: false,
    };
    held.set(leg.key, { peer: null, before: null, heardAt: null, hungUp: false, ringback: null });
    legs.update((all) => [...all, leg]);
    return leg;
  }

  /** Lets go of the media; the leg stays on screen only if something is to be said. */
  function release(key: string, keep = false): void {
    const own = held.get(key);
    own?.ringback?.();
    own?.peer?.close();
    held.delete(key);
    if (!keep) legs.update((all) => all.filter((leg) => leg.key !== key));
  }

  async function openMicrophone(key: string): Promise<MediaStream | null> {
    try {
      return await ports.microphone();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      const microphone: MicrophoneProblem =
        name === 'NotAllowedError' || name === 'SecurityError'
          ? 'denied'
          : name === 'NotFoundError' || name === 'OverconstrainedError'
            ? 'missing'
            : 'busy';
      change(key, { microphone });
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
    if (!stream && !leg.emergency) {
      change(leg.key, { phase: 'failed' });
      release(leg.key, true);
      return null;
    }
    own.peer = ports.openPeer(stream, {
      onPath: (path) => change(leg.key, { path }),
      onPlayback: (playing) => change(leg.key, { blocked: !playing }),
    });
    own.peer.setMuted(find(leg.key)?.muted ?? false);
    change(leg.key, { phase: 'signalling' });
    const sdp = await own.peer.offer();
    return held.get(leg.key) === own && !own.hungUp ? { peer: own.peer, sdp } : null;
  }

  function fail(leg: Leg, error: unknown): void {
    if (!held.has(leg.key)) return;
    change(leg.key, { phase: 'failed', error: asApiError(error).code });
    release(leg.key, true);
  }

  /** What `call.dial` and `call.answer` send back; checked, because all media hangs on it. */
  function readResult(result: unknown): { callId: string; sdp: string } {
    const { callId, sdp } = (result ?? {}) as { callId?: unknown; sdp?: unknown };
    if (typeof callId !== 'string' || typeof sdp !== 'string')
      throw new Error('the service answered without media');
    return { callId, sdp };
  }

  async function place(leg: Leg, number: string): Promise<void> {
    try {
      const ready = await prepare(leg);
      if (!ready) return;
      const { callId, sdp } = readResult(
        await ports.command('call.dial', { number, sdp: ready.sdp }, { timeoutMs: dialPatience }),
      );
      if (held.get(leg.key)?.hungUp !== false) {
        // Hung up while the service was still taking the call.
        sendHangUp(callId);
        return;
      }
      change(leg.key, { callId, phase: 'live' });
      await ready.peer.accept(sdp);
      followCalls();
    } catch (error) {
      fail(leg, error);
    }
  }

  async function take(leg: Leg, callId: string): Promise<void> {
    try {
      const ready = await prepare(leg);
      if (!ready) return;
      const { sdp } = readResult(
        await ports.command('call.answer', { callId: callId as never, sdp: ready.sdp }),
      );
      if (!held.has(leg.key)) return;
      change(leg.key, { phase: 'live' });
      await ready.peer.accept(sdp);
    } catch (error) {
      // Somebody else was faster, or the caller gave up: the call itself says so.
      if (asApiError(error).code === 'call_gone') release(leg.key);
      else fail(leg, error);
    }
  }

  /**
   * Asked again while the service is coming back: hanging up twice does no harm. What never gets
   * through is covered by the media, whose end ends the leg on the service's side too.
   */
  function sendHangUp(callId: string, triesLeft = hangUpTries): void {
    ports.command('call.hangup', { callId: callId as never }).catch((error: unknown) => {
      if (triesLeft <= 1 || !comingBack.has(asApiError(error).code)) return;
      setTimeout(() => sendHangUp(callId, triesLeft - 1), hangUpAgain);
    });
  }

  /** Follows what the service says about our calls. */
  function followCalls(): void {
    const calls = ports.calls.get();
    for (const leg of legs.get()) {
      const call = leg.callId === null ? undefined : calls[leg.callId];
      if (call?.state === 'ended') release(leg.key);
      else if (call) ringbackFor(leg, call);
    }
  }

  function ringbackFor(leg: Leg, call: CallView): void {
    const own = held.get(leg.key);
    if (!own) return;
    const due = call.direction === 'outgoing' && call.state === 'ringing' && own.heardAt === null;
    if (due) own.ringback ??= ports.tones.ringback();
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
  }

  async function look(leg: Leg): Promise<void> {
    const own = held.get(leg.key);
    if (!own?.peer || leg.phase !== 'live') return;
    const sample = await own.peer.sample();
    const { before } = own;
    own.before = sample;
    if (!before) return;
    const quality = qualityOf(before, sample);
    // Packets with energy in them before the answer are the far end's own tones.
    const heard = sample.energy - before.energy > 1e-7;
    if (heard) own.heardAt = sample.at;
    const call = leg.callId === null ? undefined : ports.calls.get()[leg.callId];
    if (call) ringbackFor(leg, call);
    if (quality > 0) lastPacket.set(leg.key, sample.at);
    else if (!lastPacket.has(leg.key)) lastPacket.set(leg.key, before.at);
    const silent =
      call?.state === 'connected' &&
      sample.at - (lastPacket.get(leg.key) ?? sample.at) >= silenceAfter;
    const shown = find(leg.key);
    if (shown && (shown.quality !== quality || shown.silent !== silent))
      change(leg.key, { quality, silent });
  }

  const lastPacket = new Map<string, number>();
  const watch = setInterval(() => {
    for (const leg of legs.get())
      look(leg).catch(() => {
        // The connection closed under the question; the leg is on its way out.
      });
    for (const key of lastPacket.keys()) if (!held.has(key)) lastPacket.delete(key);
  }, watchEvery);
  const leaveCalls = ports.calls.subscribe(followCalls);
  const leaveSnapshots = ports.onSnapshot(reconcile);

  const phone: Phone = {
    legs,
    busy: () => legs.get().some((leg) => leg.phase !== 'failed'),
    dial(number) {
      if (looksLikeEmergency(number)) for (const leg of legs.get()) phone.hangUp(leg.key);
      if (phone.busy()) return;
      for (const leg of legs.get()) phone.dismiss(leg.key);
      void place(begin(null, number), number);
    },
    answer(callId) {
      if (find(callId)) return;
      for (const leg of legs.get()) phone.hangUp(leg.key);
      void take(begin(callId, null), callId);
    },
    async reject(callId, variant = 'busy') {
      await ports.command('call.reject', { callId: callId as never, variant });
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
      held.get(key)?.peer?.setMuted(muted);
      change(key, { muted });
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
    dismiss(key) {
      release(key);
    },
    play(key) {
      held.get(key)?.peer?.play();
    },
    stop() {
      clearInterval(watch);
      leaveCalls();
      leaveSnapshots();
      for (const leg of legs.get()) phone.hangUp(leg.key);
    },
  };
  return phone;
}
