/**
 * A telephone at the end of a plain RTP leg: plays and hears G.711 audio, sends and receives
 * keys. For simulated and test peers; it knows no signalling.
 */
import { randomInt } from 'node:crypto';
import type { CodecName, RtpLegStats, RtpRemote } from '../engine.ts';
import { decodeG711, encodeG711 } from '../g711.ts';
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
  /** Sends keys by RFC 4733; resolves after the last. @throws MediaEngineError */
  sendDtmf(digits: string, options?: { toneMs?: number; gapMs?: number }): Promise<void>;
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

  const leg = new RtpLeg({
    address: options.address,
    sockets,
    latchWindowMs: LATCH_WINDOW_MS,
    handlers: {
      onAudio(packet, received) {
        if (audioListeners.size > 0) {
          const samples = decodeG711(received, packet.payload);
          for (const listener of [...audioListeners]) listener(samples);
        }
        if (echoing && playing === undefined) leg.sendAudio(packet, received);
      },
      onTelephoneEvent(_packet, digit) {
        if (echoing) leg.skip();
        if (digit !== undefined) for (const listener of [...keyListeners]) listener(digit);
      },
      onStarted: () => undefined,
    },
  });

  function sendFrame(samples: Int16Array | undefined): void {
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + FRAME_SAMPLES) >>> 0;
    if (samples === undefined) {
      leg.skip();
      return;
    }
    const payload = encodeG711(codec, samples);
    leg.sendAudio(
      { payloadType: 0, marker: false, sequenceNumber, timestamp, ssrc, payload },
      codec,
    );
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
    sendDtmf(digits, { toneMs = 100, gapMs = 70 } = {}) {
      checkDtmf(digits, toneMs, gapMs);
      return leg.sendDtmf(digits, toneMs, gapMs);
    },
    stats: () => leg.stats(performance.now()),
    close() {
      playing?.end();
      leg.close();
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
