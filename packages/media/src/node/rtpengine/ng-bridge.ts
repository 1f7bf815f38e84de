/** A bridge in rtpengine: one call of its own for each RTP leg. */
import { isIPv6 } from 'node:net';
import { describeCodec } from '../../codec.ts';
import type {
  BridgeKind,
  BridgeSide,
  CodecName,
  CreatedBridge,
  RtpLocal,
  RtpRemote,
  RtpSide,
} from '../../engine.ts';
import { MediaEngineError } from '../../engine-error.ts';
import type { WebOffer } from '../../web-offer.ts';
import { NgCall } from './ng-call.ts';
import type { NgClient } from './ng-client.ts';
import {
  browserAnswer,
  browserSdp,
  type Formats,
  localOf,
  nobodySdp,
  plainSdp,
  remoteSdp,
} from './sdp.ts';

/** What a leg is said to speak before anything is known of it. */
const UNKNOWN: Formats = { codec: 'PCMA', payloadType: 8 };
/** Digits waiting to be sent to one side. */
const MAX_PENDING_DIGITS = 64;

/** A leg's call in rtpengine with what is known of it. */
interface Leg {
  call: NgCall;
  remote?: RtpRemote;
  local?: RtpLocal;
  /** Where the call waits for its near side. */
  near?: RtpLocal;
}

export class NgBridge {
  readonly id: string;
  readonly kind: BridgeKind;
  readonly #family: 4 | 6;
  readonly #legs: { rtp: Leg; far?: Leg };
  #offer: WebOffer | undefined;
  /** Changes are made one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #digits: Promise<void> = Promise.resolve();
  #pendingDigits = 0;
  /** Digits of ours that rtpengine is going to tell as if they had been pressed. */
  readonly #played: { callId: string; tag: string; digit: string }[] = [];
  #isJoined = false;
  #isClosed = false;

  constructor(o: { id: string; kind: BridgeKind; rtpAddress: string; client: NgClient }) {
    this.id = o.id;
    this.kind = o.kind;
    this.#family = isIPv6(o.rtpAddress) ? 6 : 4;
    this.#legs = { rtp: { call: new NgCall(o.client) } };
    if (o.kind === 'relay') this.#legs.far = { call: new NgCall(o.client) };
  }

  /** Takes the ports. @throws MediaEngineError; what was opened then is closed */
  async open(): Promise<CreatedBridge> {
    try {
      await this.#serially(() => this.#negotiate());
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
    const { rtp, far } = this.#legs;
    return {
      rtp: rtp.local as RtpLocal,
      ...(far?.local === undefined ? {} : { far: far.local }),
    };
  }

  get offer(): WebOffer | undefined {
    return this.#offer;
  }

  call(side: RtpSide): NgCall | undefined {
    return this.#legs[side]?.call;
  }

  remote(side: RtpSide): RtpRemote | undefined {
    return this.#legs[side]?.remote;
  }

  /** The side whose key press rtpengine tells, or undefined when it was our own doing. */
  sideOfKey(callId: string, tag: string, digit: string): BridgeSide | undefined {
    const own = this.#played.findIndex(
      (key) => key.callId === callId && key.tag === tag && key.digit === digit,
    );
    if (own >= 0) {
      this.#played.splice(own, 1);
      return undefined;
    }
    if (tag === 'leg') return this.#legs.far?.call.id === callId ? 'far' : 'rtp';
    // Near a relay's leg is the other leg, which tells its keys itself.
    return this.kind === 'webrtc' ? 'webrtc' : undefined;
  }

  /** Whether a call in rtpengine is this bridge's. */
  callIds(): string[] {
    return [this.#legs.rtp, this.#legs.far].flatMap((leg) => (leg ? [leg.call.id] : []));
  }

  /** @throws MediaEngineError */
  answerWebRtc(offer: WebOffer): Promise<string> {
    if (this.kind !== 'webrtc') {
      throw new MediaEngineError('invalid-argument', 'a relay has no browser');
    }
    return this.#serially(async () => {
      const before = this.#offer;
      this.#offer = offer;
      try {
        return browserAnswer(await this.#negotiate(), offer);
      } catch (error) {
        this.#offer = before;
        throw error;
      }
    });
  }

  /** @throws MediaEngineError */
  async setRtpRemote(side: RtpSide, remote: RtpRemote): Promise<void> {
    const leg = this.#legs[side];
    if (leg === undefined) throw new MediaEngineError('invalid-argument', `no side ${side}`);
    await this.#serially(async () => {
      const before = leg.remote;
      leg.remote = playable(remote);
      try {
        await this.#negotiate();
      } catch (error) {
        if (before === undefined) delete leg.remote;
        else leg.remote = before;
        throw error;
      }
    });
  }

  /** @throws MediaEngineError */
  sendDigits(side: BridgeSide, digits: string, toneMs: number, gapMs: number): Promise<void> {
    const isWeb = side === 'webrtc';
    const leg = isWeb ? this.#legs.rtp : this.#legs[side];
    const to = isWeb ? this.#offer : leg?.remote;
    const isMuted = !isWeb && /^(?:recvonly|inactive)$/.test(leg?.remote?.direction ?? '');
    if (leg === undefined || to?.dtmfPayloadType === undefined || isMuted) {
      throw new MediaEngineError('dtmf-unavailable', 'no telephone-event towards this side');
    }
    if (this.#pendingDigits + digits.length > MAX_PENDING_DIGITS) {
      throw new MediaEngineError('dtmf-unavailable', 'too many digits wait');
    }
    this.#pendingDigits += digits.length;
    const from = isWeb ? 'leg' : 'near';
    const sent = this.#digits.then(async () => {
      for (const digit of digits) {
        try {
          if (this.#isClosed) throw new MediaEngineError('bridge-unknown', 'the bridge was closed');
          this.#played.push({ callId: leg.call.id, tag: from, digit });
          if (this.#played.length > MAX_PENDING_DIGITS) this.#played.shift();
          await leg.call.playDigit(from, digit, toneMs);
          await new Promise((resolve) => setTimeout(resolve, toneMs + gapMs));
        } finally {
          this.#pendingDigits--;
        }
      }
    });
    this.#digits = sent.catch(() => undefined);
    return sent;
  }

  /** Ends the calls in rtpengine. @throws MediaEngineError */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work.catch(() => undefined);
    const { rtp, far } = this.#legs;
    await Promise.all([rtp.call.delete(), far?.call.delete()]);
  }

  #serially<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#work.then(() => {
      if (this.#isClosed) throw new MediaEngineError('bridge-unknown', 'the bridge was closed');
      return change();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Brings rtpengine to what is known. @returns its answer to the browser */
  async #negotiate(): Promise<string> {
    const { rtp, far } = this.#legs;
    if (far === undefined) return this.#negotiateBrowser(rtp);
    await this.#negotiateRelayed(rtp, far, far.remote ?? rtp.remote ?? UNKNOWN);
    await this.#negotiateRelayed(far, rtp, betweenOf(rtp.remote, far.remote));
    // The first of them did not know yet where the second one waits.
    if (!this.#isJoined) {
      this.#isJoined = true;
      await this.#negotiateRelayed(rtp, far, UNKNOWN);
    }
    return '';
  }

  async #negotiateBrowser(leg: Leg): Promise<string> {
    const { remote } = leg;
    const offer = this.#offer;
    const negotiated = await leg.call.negotiate({
      near: offer ? browserSdp(offer, remote) : nobodySdp(this.#family, remote ?? UNKNOWN),
      nearIsBrowser: offer !== undefined,
      leg: remote ? remoteSdp(remote) : nobodySdp(this.#family, audioOf(offer ?? UNKNOWN)),
      remote,
      transcode: offer && remote && transcoding(offer.codec, remote.codec),
    });
    leg.local = negotiated.leg;
    return negotiated.nearSdp;
  }

  /** @param between what comes over from the other leg's call */
  async #negotiateRelayed(leg: Leg, other: Leg, between: Formats): Promise<void> {
    const { remote } = leg;
    const negotiated = await leg.call.negotiate({
      near: other.near
        ? plainSdp(other.near, between, remote)
        : nobodySdp(this.#family, between, remote),
      nearIsBrowser: false,
      leg: remote ? remoteSdp(remote) : nobodySdp(this.#family, audioOf(between)),
      remote,
      transcode: remote && transcoding(between.codec, remote.codec),
    });
    leg.local = negotiated.leg;
    leg.near = localOf(negotiated.nearSdp);
  }
}

/**
 * What the far leg's call gets from the other one, which has transcoded it: the far leg's codec,
 * under the payload types of the leg it comes from where those pass through.
 */
function betweenOf(rtp: RtpRemote | undefined, far: RtpRemote | undefined): Formats {
  if (rtp === undefined || far === undefined) return far ?? rtp ?? UNKNOWN;
  if (rtp.codec === far.codec) return rtp;
  const sameClock = describeCodec(rtp.codec).clockRate === describeCodec(far.codec).clockRate;
  return sameClock ? { ...far, dtmfPayloadType: rtp.dtmfPayloadType } : far;
}

/** Leaves out events of another clock than the audio's, which rtpengine neither makes nor passes. */
function playable(remote: RtpRemote): RtpRemote {
  const copy = structuredClone(remote);
  const { clockRate } = describeCodec(copy.codec);
  if ((copy.dtmfClockRate ?? clockRate) === clockRate) return copy;
  delete copy.dtmfPayloadType;
  delete copy.receiveDtmfPayloadType;
  return copy;
}

function transcoding(from: CodecName, to: CodecName): { from: string; to: string } | undefined {
  return from === to ? undefined : { from: describeCodec(from).name, to: describeCodec(to).name };
}

/**
 * A side's audio alone: rtpengine remembers the telephone-event a leg once had and would go on
 * sending it under that payload type.
 */
function audioOf({ codec, payloadType }: Formats): Formats {
  return { codec, payloadType };
}
