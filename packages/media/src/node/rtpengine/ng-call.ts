/**
 * One call in rtpengine: an RTP leg and, near it, what the leg is joined to (the browser, or the
 * other call of a relay). The adapter always plays the near side offering and the leg answering,
 * so each change of either side is the same pair of requests again; ports and keys stay.
 */
import { randomUUID } from 'node:crypto';
import type { RtpLocal, RtpRemote, SrtpSuite } from '../../engine.ts';
import { MediaEngineError } from '../../engine-error.ts';
import type { Bencodable, BencodedDictionary } from './bencode.ts';
import { type NgClient, NgError } from './ng-client.ts';
import { keyLine, localOf, withLines } from './sdp.ts';

/** Every suite rtpengine offers by itself, weak ones and NULL among them. */
const SUITES: readonly string[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
  'AES_192_CM_HMAC_SHA1_80',
  'AES_192_CM_HMAC_SHA1_32',
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'F8_128_HMAC_SHA1_80',
  'F8_128_HMAC_SHA1_32',
  'NULL_HMAC_SHA1_80',
  'NULL_HMAC_SHA1_32',
];
/** Pause before a digit that rtpengine demands, ms. */
const MIN_PAUSE_MS = 30;

/** Which side of a call in rtpengine: its tag. */
export type NgSide = 'near' | 'leg';

export interface Negotiation {
  /** SDP of the near side. */
  near: string;
  nearIsBrowser: boolean;
  /** SDP of the leg's far side. */
  leg: string;
  /** The leg's far side; absent while it is not known. */
  remote?: RtpRemote | undefined;
  /** Codec of the near side that rtpengine is to transcode into that of the leg. */
  transcode?: { from: string; to: string } | undefined;
}

export interface Negotiated {
  /** Where rtpengine waits for the leg's far side. */
  leg: RtpLocal;
  /** rtpengine's answer to the near side. */
  nearSdp: string;
}

export class NgCall {
  readonly id = randomUUID();
  readonly client: NgClient;
  readonly #blocked = new Set<NgSide>();

  constructor(client: NgClient) {
    this.client = client;
  }

  /** Brings the call to a state; the first time opens it. @throws MediaEngineError */
  async negotiate(o: Negotiation): Promise<Negotiated> {
    const { remote } = o;
    const common = {
      'call-id': this.id,
      'from-tag': 'near',
      // Other sources than the announced one are looked for only when call control expects any.
      'endpoint-learning': [expectsOtherSource(remote) ? 'heuristic' : 'off'],
      replace: ['origin'],
    };
    const flags = ['port-latching', 'inject-DTMF', 'strip-extmap'];
    const strict = [...flags, 'strict-source'];
    const key =
      remote?.srtp === undefined ? [] : [keyLine(remote.srtp.suite, remote.srtp.localKey)];
    const offered = await this.#request('offer', {
      ...common,
      // A browser may change over to a better candidate pair at any time (RFC 8445 §7.3.1.5), and
      // rtpengine may still expect the one before; who has its keys is told by SRTP.
      flags: o.nearIsBrowser ? flags : strict,
      sdp: withLines(o.near, key),
      ICE: 'remove',
      DTLS: 'off',
      SDES: sdesFlags(remote?.srtp?.suite),
      'rtcp-mux': [remote?.rtcpMux === true ? 'offer' : 'demux'],
      'transport-protocol': remote?.srtp === undefined ? 'RTP/AVP' : 'RTP/SAVP',
      codec: o.transcode && { mask: [o.transcode.from], transcode: [o.transcode.to] },
    });
    const answered = await this.#request('answer', {
      ...common,
      flags: strict,
      'to-tag': 'leg',
      sdp: o.leg,
      ...(o.nearIsBrowser
        ? { ICE: 'force', 'transport-protocol': 'UDP/TLS/RTP/SAVPF', 'rtcp-mux': ['accept'] }
        : { ICE: 'remove', 'transport-protocol': 'RTP/AVP', 'rtcp-mux': ['demux'] }),
    });
    const direction = remote?.direction ?? 'inactive';
    await this.#block('near', direction === 'recvonly' || direction === 'inactive');
    await this.#block('leg', direction === 'sendonly' || direction === 'inactive');
    return { leg: localOf(String(offered.sdp)), nearSdp: String(answered.sdp) };
  }

  /** Stops what a side sends, or lets it pass: rtpengine itself pays no heed to directions. */
  async #block(side: NgSide, on: boolean): Promise<void> {
    if (this.#blocked.has(side) === on) return;
    const body = { 'call-id': this.id, 'from-tag': side };
    await this.#request(on ? 'block media' : 'unblock media', body);
    if (on) this.#blocked.add(side);
    else this.#blocked.delete(side);
  }

  /** Plays a digit towards the side opposite to `from`. @throws MediaEngineError */
  async playDigit(from: NgSide, digit: string, toneMs: number): Promise<void> {
    await this.#request('play DTMF', {
      'call-id': this.id,
      'from-tag': from,
      code: digit,
      duration: toneMs,
      pause: MIN_PAUSE_MS,
    });
  }

  /** What rtpengine knows of the call; undefined when it knows no such call. @throws MediaEngineError */
  async query(): Promise<BencodedDictionary | undefined> {
    try {
      return await this.client.request('query', { 'call-id': this.id });
    } catch (error) {
      if (isUnknownCall(error)) return undefined;
      throw asEngineError(error);
    }
  }

  /** Ends the call; one that is unknown has ended. @throws MediaEngineError */
  async delete(): Promise<void> {
    try {
      await this.client.request('delete', { 'call-id': this.id, 'delete-delay': 0 });
    } catch (error) {
      if (!isUnknownCall(error)) throw asEngineError(error);
    }
  }

  async #request(command: string, body: { [key: string]: Bencodable | undefined }) {
    try {
      return await this.client.request(command, body);
    } catch (error) {
      throw asEngineError(error);
    }
  }
}

function expectsOtherSource(remote: RtpRemote | undefined): boolean {
  return remote?.latchAddresses?.some((address) => address !== remote.address) ?? false;
}

/** Leaves rtpengine but the one suite that was agreed on. */
function sdesFlags(suite: SrtpSuite | undefined): string[] {
  return SUITES.filter((name) => name !== suite).map((name) => `no-${name}`);
}

function isUnknownCall(error: unknown): boolean {
  return (
    error instanceof NgError && error.code === 'refused' && /unknown call/i.test(error.message)
  );
}

function asEngineError(error: unknown): unknown {
  if (!(error instanceof NgError)) return error;
  const { message, code } = error;
  const options = { cause: error };
  if (code === 'timeout') return new MediaEngineError('timeout', message, options);
  if (code === 'closed') return new MediaEngineError('engine-closed', message, options);
  if (/port|socket/i.test(message)) {
    return new MediaEngineError('rtp-ports-exhausted', message, options);
  }
  return new MediaEngineError('internal', `rtpengine: ${message}`, options);
}
