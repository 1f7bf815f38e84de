/**
 * A telephone at the end of an RTP leg: plays and hears audio at 8 kHz in any codec, sends and
 * receives keys. For simulated and test peers; it knows no signalling.
 */
import { randomInt } from 'node:crypto';
import { describeCodec } from '../codec.ts';
import type { CodecName, RtpLegStats, RtpRemote } from '../engine.ts';
import { type TelephoneCodec, telephoneCodec } from '../telephone-codec.ts';
import { checkDtmf, checkRemote, checkRtpAddress } from './arguments.ts';
import { startPacer } from './pacer.ts';
import { RtpLeg } from './rtp-leg.ts';
import { RtpPorts } from './rtp-ports.ts';

const FRAME_MS = 20;
/** Samples of a frame at 8 kHz. */
export const FRAME_SAMPLES = 160;
const LATCH_WINDOW_MS = 10_000;

/** Frames of 160 samples at 8 kHz; the end of audio is null or the end of the iteration. */
export type PcmSource = (() => Int16Array | null) | AsyncIterable<Int16Array>;

export interface RtpEndpointOptions {
  /** Local IP address to bind. */
  address: string;
  /** Lowest RTP port; 0 in both: any free port. */
  portMin: number;
  /** Highest RTP port. */
  portMax: number;
}

export interface RtpEndpoint {
  /** UDP port of RTP, even; RTCP is one above. */
  readonly port: number;
  /** Sets the far side; nothing is sent or taken before. @throws MediaEngineError */
  setRemote(remote: RtpRemote): void;
  /**
   * Plays a source, a frame every 20 ms, in place of the one playing now; resolves when it has
   * ended, was replaced, or the endpoint was closed.
   */
  play(source: PcmSource): Promise<void>;
  /** Ends what is playing. */
  stop(): void;
  /** Hears each received packet as samples at 8 kHz; the returned function ends it. */
  onAudio(listener: (samples: Int16Array) => void): () => void;
  /** Hears each key once, when it begins; the returned function ends it. */
  onDtmf(listener: (digit: string) => void): () => void;
  /** Sends received audio back, whenever nothing is playing. */
  echo(on: boolean): void;
  /** Sends keys as events (RFC 4733) or tones; resolves after the last. @throws MediaEngineError */
  sendDtmf(
    digits: string,
    options?: { toneMs?: number; gapMs?: number; mode?: 'rfc4733' | 'inband' },
  ): Promise<void>;
  stats(): RtpLegStats;
  close(): void;
}

/**
 * Opens an endpoint.
 * @throws MediaEngineError `rtp-ports-exhausted`, `rtp-address-unusable`, `invalid-argument`
 */
export async function openRtpEndpoint(options: RtpEndpointOptions): Promise<RtpEndpoint> {
  checkRtpAddress(options.address);
  const sockets = await new RtpPorts(options.portMin, options.portMax).bind(options.address);
  const audioListeners = new Set<(samples: Int16Array) => void>();
  const keyListeners = new Set<(digit: string) => void>();
  let ssrc = 0;
  let sequenceNumber = 0;
  let timestamp = 0;
  let codec: CodecName = 'PCMA';
  let echoing = false;
  let playing: { end(): void } | undefined;
  const codecs = new Map<CodecName, TelephoneCodec | Promise<TelephoneCodec>>();

  const leg = new RtpLeg({
    address: options.address,
    sockets,
    latchWindowMs: LATCH_WINDOW_MS,
    handlers: {
      onAudio(packet, received, nowMs) {
        const decoder = audioListeners.size > 0 ? loaded(received) : undefined;
        if (decoder !== undefined) {
          const samples = decoder.decode(packet.payload);
          for (const listener of [...audioListeners]) listener(samples);
        }
        if (echoing && playing === undefined && received === codec) {
          leg.audio.sendAudio(packet, nowMs);
        }
      },
      onTelephoneEvent(_packet, digit) {
        if (echoing) leg.audio.skip();
        if (digit !== undefined) for (const listener of [...keyListeners]) listener(digit);
      },
      onStarted: () => undefined,
    },
  });

  /** The codec when it can be used already; the first use loads it. */
  function loaded(name: CodecName): TelephoneCodec | undefined {
    const known = codecs.get(name) ?? telephoneCodec(name);
    codecs.set(name, known);
    if (!(known instanceof Promise)) return known;
    void known.then((ready) => {
      if (codecs.get(name) === known) codecs.set(name, ready);
    });
    return undefined;
  }

  function sendFrame(samples: Int16Array | undefined): void {
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + (describeCodec(codec).clockRate * FRAME_MS) / 1000) >>> 0;
    const encoder = samples === undefined ? undefined : loaded(codec);
    if (samples === undefined || encoder === undefined) {
      leg.audio.skip();
      return;
    }
    const payload = encoder.encode(samples);
    const packet = { payloadType: 0, marker: false, sequenceNumber, timestamp, ssrc, payload };
    leg.audio.sendAudio(packet, performance.now());
  }

  return {
    port: sockets.port,
    setRemote(remote) {
      checkRemote(remote);
      codec = remote.codec;
      leg.setRemote(remote);
    },
    play(source) {
      playing?.end();
      // To the leg each source is a new one, placed in its stream at the time it begins.
      ssrc = randomInt(1, 2 ** 32);
      return new Promise<void>((resolve, reject) => {
        const frames = frameReader(source, (error) => {
          reject(error);
          current.end();
        });
        const stopPacer = startPacer(FRAME_MS, () => {
          const frame = frames.next();
          if (frame === null) current.end();
          else sendFrame(frame);
        });
        const current = {
          end() {
            stopPacer();
            frames.end();
            if (playing === current) playing = undefined;
            resolve();
          },
        };
        playing = current;
      });
    },
    stop: () => playing?.end(),
    onAudio: (listener) => subscribe(audioListeners, listener),
    onDtmf: (listener) => subscribe(keyListeners, listener),
    echo(on) {
      echoing = on;
    },
    sendDtmf(digits, { toneMs = 100, gapMs = 70, mode = 'rfc4733' } = {}) {
      checkDtmf(digits, toneMs, gapMs);
      return leg.audio.sendDtmf(digits, toneMs, gapMs, mode);
    },
    stats: () => leg.stats(),
    close() {
      playing?.end();
      leg.close();
      for (const known of codecs.values()) void Promise.resolve(known).then((each) => each.free());
      codecs.clear();
    },
  };
}

interface FrameReader {
  /** The next frame, undefined when it is not there yet, null at the end. */
  next(): Int16Array | null | undefined;
  end(): void;
}

/** Reads an iteration one frame ahead, so that a frame is there when its time comes. */
function frameReader(source: PcmSource, onError: (error: unknown) => void): FrameReader {
  if (typeof source === 'function') return { next: source, end: () => undefined };
  const iterator = source[Symbol.asyncIterator]();
  let ready: Int16Array | null | undefined;
  const fetch = () => {
    ready = undefined;
    iterator.next().then((result) => {
      ready = result.done === true ? null : result.value;
    }, onError);
  };
  fetch();
  return {
    next() {
      const frame = ready;
      if (frame !== undefined && frame !== null) fetch();
      return frame;
    },
    end() {
      iterator.return?.().catch(onError);
    },
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
