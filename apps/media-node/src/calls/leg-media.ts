import { isIP } from 'node:net';
import type { AudioCodec } from '@trunkline/contracts/media.ts';
import type { MediaEngine, RtpRemote, RtpSide } from '@trunkline/media/engine.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { CryptoAttribute } from '@trunkline/sip/sdp/crypto.ts';
import {
  completeOffer,
  createAnswer,
  createOffer,
  type MediaCapabilities,
  type NegotiatedMedia,
  type NegotiationError,
} from '@trunkline/sip/sdp/offer-answer.ts';
import { parseSdp } from '@trunkline/sip/sdp/parse.ts';
import { serializeSdp } from '@trunkline/sip/sdp/serialize.ts';
import type { SessionDescription } from '@trunkline/sip/sdp/session-description.ts';
import {
  capabilitiesOf,
  codecName,
  freshKeys,
  type MediaPolicy,
  remoteOf,
} from './media-policy.ts';
import type { ReinviteAnswer } from './pbx.ts';

export interface MediaEnvironment {
  engine: MediaEngine;
  rtp: { bindAddress: string; advertisedAddress: string };
  logger: Logger;
}

/** The two sides did not agree on media. */
export class NegotiationFailed extends Error {
  override readonly name = 'NegotiationFailed';
  readonly reason:
    | NegotiationError
    | 'media-at-a-host-name'
    | 'answer-without-offer'
    | 'no-answer'
    | 'no-audio';

  constructor(reason: NegotiationFailed['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** Where in the engine a PBX leg's audio lives: one side of a bridge. */
export interface MediaPlace {
  bridgeId: string;
  side: RtpSide;
  /** Address and port told to the PBX. */
  address: string;
  port: number;
}

/** What offer and answer settled. */
export interface AgreedMedia {
  codec: string;
  encrypted: boolean;
  address: string;
}

export interface LegMediaHooks {
  agreed(media: AgreedMedia): void;
  /** The PBX holds us, or no longer does. */
  remoteHeld(held: boolean): void;
}

/**
 * The audio session with one PBX leg (RFC 3264): offers and answers, hold in both directions, and
 * the place its audio lives, which may change while the call goes on (transfer).
 */
export class LegMedia {
  readonly policy: MediaPolicy;
  private readonly env: MediaEnvironment;
  private readonly hooks: LegMediaHooks;
  private readonly latchAddresses: readonly string[];
  private readonly session: MediaCapabilities['session'];
  private place: MediaPlace;
  private keys: readonly CryptoAttribute[] = freshKeys();
  /** Encryption is not even offered: the PBX refused it and the group does not require it. */
  private plain = false;
  private first: readonly AudioCodec[] = [];
  private heldByUs = false;
  /** The PBX refused the re-INVITE of our hold: for it the call was never held. */
  holdRefused = false;
  /** The party this one is joined with holds it. */
  holder: 'sendonly' | 'inactive' | null = null;
  /** Another leg has its place: nothing of this one counts any more. */
  private left = false;
  private heldByThem = false;
  private lastOffer:
    | { description: SessionDescription; capabilities: MediaCapabilities }
    | undefined;
  private lastLocal: SessionDescription | undefined;
  private negotiated: NegotiatedMedia | undefined;
  /** The PBX has described its media at least once, usable or not. */
  described = false;
  private remote: RtpRemote | undefined;
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    env: MediaEnvironment,
    o: {
      policy: MediaPolicy;
      place: MediaPlace;
      hooks: LegMediaHooks;
      latchAddresses?: readonly string[];
    },
  ) {
    this.env = env;
    this.policy = o.policy;
    this.place = o.place;
    this.hooks = o.hooks;
    this.latchAddresses = o.latchAddresses ?? [];
    this.session = { id: String(Date.now()), version: 1 };
  }

  get side(): RtpSide {
    return this.place.side;
  }

  get bridgeId(): string {
    return this.place.bridgeId;
  }

  /** Null before anything is agreed. */
  get encrypted(): boolean | null {
    return this.negotiated ? this.negotiated.crypto !== undefined : null;
  }

  get codec(): AudioCodec | undefined {
    return this.negotiated && codecName(this.negotiated.codec);
  }

  get held(): boolean {
    return this.heldByUs;
  }

  get remoteHeld(): boolean {
    return this.heldByThem;
  }

  /** Puts codecs first that need no transcoding; for the next offer. */
  prefer(first: readonly AudioCodec[]): void {
    this.first = first;
  }

  /** Offers no encryption from now on; not where the group requires it. */
  withoutEncryption(): boolean {
    if (this.policy.srtp !== 'optional' || this.plain) return false;
    this.plain = true;
    return true;
  }

  /** Our offer to the PBX. */
  offer(): string {
    const capabilities = this.capabilities();
    const description = createOffer(capabilities);
    this.lastOffer = { description, capabilities };
    this.lastLocal = description;
    return serializeSdp(description);
  }

  /**
   * Takes the PBX's answer to our last offer.
   * @throws NegotiationFailed, SdpParseError, MediaEngineError
   */
  async acceptAnswer(sdp: string): Promise<void> {
    this.described = true;
    const offered = this.lastOffer;
    if (!offered) throw new NegotiationFailed('answer-without-offer');
    const result = completeOffer(offered.description, parseSdp(sdp), offered.capabilities);
    if (!result.ok) throw new NegotiationFailed(result.error);
    // Held by us the PBX cannot say "sendonly": what it said before holds.
    if (!this.heldByUs && !this.holder) this.noteRemoteHeld(result.negotiated.held);
    await this.setRemote(result.negotiated);
  }

  /**
   * Answers an offer of the PBX.
   * @throws NegotiationFailed, SdpParseError, MediaEngineError
   */
  async answerOffer(sdp: string): Promise<string> {
    this.described = true;
    const result = createAnswer(parseSdp(sdp), this.capabilities());
    if (!result.ok) throw new NegotiationFailed(result.error);
    this.lastLocal = result.answer;
    this.noteRemoteHeld(result.negotiated.held);
    await this.setRemote(result.negotiated);
    return serializeSdp(result.answer);
  }

  /** Answers a re-INVITE: hold, resume, another codec or address. What cannot be met changes nothing. */
  async renegotiate(sdp: string | null): Promise<ReinviteAnswer> {
    if (this.left) return { status: 488 };
    try {
      return { sdp: sdp === null ? this.offer() : await this.answerOffer(sdp) };
    } catch (error) {
      this.env.logger.warn({ bridge: this.place.bridgeId, err: error }, 're-INVITE not met');
      return { status: 488 };
    }
  }

  /**
   * Holds the PBX side or takes it back; the next offer says so. While held nothing of ours is sent,
   * whatever the PBX makes of it.
   */
  async hold(held: boolean): Promise<void> {
    this.heldByUs = held;
    this.holdRefused = false;
    if (held && this.negotiated) await this.setRemote(this.negotiated);
  }

  /** Takes a hold back of which the PBX knows nothing. */
  async reopen(): Promise<void> {
    this.heldByUs = false;
    this.holdRefused = false;
    if (this.negotiated) await this.setRemote(this.negotiated);
  }

  /** How the party it is joined with holds it: with music of its own, without, or no more. */
  carryHold(holder: 'sendonly' | 'inactive' | null): void {
    this.holder = holder;
  }

  /** How the PBX holds us: with music, without, or not at all. */
  get holding(): 'sendonly' | 'inactive' | null {
    if (!this.heldByThem) return null;
    return this.negotiated?.direction === 'inactive' ? 'inactive' : 'sendonly';
  }

  /** Another leg takes over the place. */
  leave(): void {
    this.left = true;
  }

  /** What the session is now. @returns makes it so again, when the PBX refused a change */
  checkpoint(): () => void {
    const { place, keys, negotiated, remote, heldByUs, holdRefused } = this;
    return () => Object.assign(this, { place, keys, negotiated, remote, heldByUs, holdRefused });
  }

  /** The audio moves to another bridge; the offer that follows tells the PBX. */
  moveTo(place: MediaPlace): void {
    this.place = place;
    // A new place sends a new stream: its own keys keep the two apart (RFC 3711 §9.1).
    this.keys = freshKeys();
    this.negotiated = undefined;
    this.remote = undefined;
  }

  private capabilities(): MediaCapabilities {
    return capabilitiesOf({
      policy: this.plain ? { ...this.policy, srtp: 'off' } : this.policy,
      address: this.place.address,
      port: this.place.port,
      direction: this.heldByUs ? 'sendonly' : (this.holder ?? 'sendrecv'),
      keys: this.keys,
      session: this.session,
      previous: this.lastLocal,
      first: this.first,
    });
  }

  private noteRemoteHeld(held: boolean): void {
    if (held === this.heldByThem) return;
    this.heldByThem = held;
    this.hooks.remoteHeld(held);
  }

  /** In order; the same again (183, then 200) is left alone, so that no new source is let in. */
  private setRemote(negotiated: NegotiatedMedia): Promise<void> {
    const { place } = this;
    const set = this.work.then(async () => {
      if (place !== this.place || this.left) return;
      const remote = this.placed(
        remoteOf({
          negotiated,
          policy: this.policy,
          direction: this.heldByUs ? 'inactive' : negotiated.direction,
          latchAddresses: this.latchAddresses,
        }),
      );
      const before = this.negotiated;
      this.negotiated = negotiated;
      if (JSON.stringify(remote) === JSON.stringify(this.remote)) return;
      await this.env.engine.setRtpRemote({ bridgeId: place.bridgeId, side: place.side, remote });
      this.remote = remote;
      this.tellAgreed(remote, before);
    });
    this.work = set.catch(() => undefined);
    return set;
  }

  private tellAgreed(remote: RtpRemote, before: NegotiatedMedia | undefined): void {
    const encrypted = remote.srtp !== undefined;
    const told =
      before &&
      codecName(before.codec) === remote.codec &&
      (before.crypto !== undefined) === encrypted;
    if (!told) this.hooks.agreed({ codec: remote.codec, encrypted, address: remote.address });
  }

  private placed(remote: RtpRemote): RtpRemote {
    // Held the old way (RFC 3264 §8.4): the place stays, nothing is sent there.
    if (remote.address === '0.0.0.0' || remote.address === '::') {
      if (!this.remote) throw new NegotiationFailed('no-connection-address');
      return { ...remote, address: this.remote.address, port: this.remote.port };
    }
    if (isIP(remote.address) === 0) throw new NegotiationFailed('media-at-a-host-name');
    return remote;
  }
}

/** Why an offer of the PBX cannot be met by a group at all, before anybody rings; null = it can. */
export function offerProblem(
  sdp: string,
  policy: MediaPolicy,
): NegotiationError | 'unreadable' | null {
  let offer: SessionDescription;
  try {
    offer = parseSdp(sdp);
  } catch {
    // Whatever is wrong with it, it is answered 488.
    return 'unreadable';
  }
  const result = createAnswer(
    offer,
    capabilitiesOf({
      policy,
      address: '127.0.0.1',
      port: 9,
      direction: 'sendrecv',
      keys: freshKeys(),
      session: { id: '1', version: 1 },
      previous: undefined,
      first: [],
    }),
  );
  return result.ok ? null : result.error;
}
