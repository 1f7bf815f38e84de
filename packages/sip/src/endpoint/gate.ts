import type { SipClock } from '../clock.ts';
import { newTag } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import { networkPrefix, sourcePrefix } from '../transport/address-prefix.ts';
import type { Source, TransportName } from '../transport/transport.ts';
import { BoundedMap } from './bounded-map.ts';

/**
 * What becomes of a request: `accept` makes a transaction of it, `refuse` answers a stranger at most
 * once with 403, `drop` says nothing, `defer` says nothing and holds nothing against the source, which
 * may be one we come to know.
 */
export type AdmissionVerdict = 'accept' | 'refuse' | 'drop' | 'defer';

/** Decides about a request before anything is kept of it. */
export type Admission = (
  source: Pick<Source, 'address' | 'port' | 'certificate'> & { transport: TransportName },
  request: SipRequest,
) => AdmissionVerdict;

export interface GateSettings {
  /** Sources on the penalty list at most; the oldest entry gives way. */
  maxPenalties: number;
  /** Points a source may gather before it is shut out, and how many it loses again in a second. */
  tolerance: number;
  forgivenPerSecond: number;
  /** First penalty in milliseconds; doubled at each repetition up to the longest. */
  penaltyMs: number;
  longestPenaltyMs: number;
  /** Refusals sent in a second, to one /24 or /64 and in all. */
  refusalsPerNetwork: number;
  refusalsPerSecond: number;
}

export const DEFAULT_GATE: GateSettings = {
  maxPenalties: 20_000,
  tolerance: 20,
  forgivenPerSecond: 0.5,
  penaltyMs: 60_000,
  longestPenaltyMs: 3_600_000,
  refusalsPerNetwork: 2,
  refusalsPerSecond: 50,
};

/** Counters since the start, for metrics. */
export interface GateCounters {
  accepted: number;
  refused: number;
  /** Refusals that were answered. */
  answered: number;
  dropped: number;
  /** Datagrams and connections of shut-out sources, dropped unread. */
  shutOut: number;
  malformed: number;
  /** Sources put on the penalty list. */
  penalties: number;
}

interface Misconduct {
  points: number;
  at: number;
  until: number;
  times: number;
}

/** How long a source is known to be good after it was accepted last. */
const TRUST_MS = 600_000;
const MAX_TRUSTED = 20_000;
const MAX_ANSWERED = 10_000;

/** How long repeats of a refused request go unanswered: as long as a client sends them. */
const ANSWERED_MS = 32_000;

/** What one fault weighs. */
const MALFORMED_POINTS = 4;
const REFUSED_POINTS = 1;

/**
 * The door of an endpoint that admits only peers it knows. Strangers get no transaction, at most one
 * small answer, and are shut out before parsing when they go on; everything kept about them is bounded
 * and expires.
 *
 * A source that was accepted, or that we send requests to, is never shut out: an attacker who forges
 * its address must not be able to cut it off.
 */
export class Gate {
  readonly counters: GateCounters = {
    accepted: 0,
    refused: 0,
    answered: 0,
    dropped: 0,
    shutOut: 0,
    malformed: 0,
    penalties: 0,
  };
  private readonly admission: Admission;
  private readonly clock: SipClock;
  private readonly settings: GateSettings;
  private readonly misconduct: BoundedMap<string, Misconduct>;
  private readonly trusted = new BoundedMap<string, number>(MAX_TRUSTED);
  private readonly answered = new BoundedMap<string, number>(MAX_ANSWERED);
  private readonly networks: BoundedMap<string, Allowance>;
  private readonly all: Allowance;

  constructor(admission: Admission, clock: SipClock, settings: Partial<GateSettings> = {}) {
    this.admission = admission;
    this.clock = clock;
    this.settings = { ...DEFAULT_GATE, ...settings };
    this.misconduct = new BoundedMap(this.settings.maxPenalties);
    this.networks = new BoundedMap(this.settings.maxPenalties);
    this.all = { left: this.settings.refusalsPerSecond, at: clock.now() };
  }

  /** Sources with points or a penalty; bounded. */
  get watched(): number {
    return this.misconduct.size;
  }

  /** Whether anything from there is read at all. */
  welcome(address: string): boolean {
    const known = this.misconduct.peek(sourcePrefix(address));
    if (known === undefined || this.clock.now() >= known.until || this.trusts(address)) return true;
    this.counters.shutOut += 1;
    return false;
  }

  /** How somebody who wants to connect is met. */
  greet(address: string): 'known' | 'stranger' | 'shut-out' {
    if (this.trusts(address)) return 'known';
    return this.welcome(address) ? 'stranger' : 'shut-out';
  }

  /** Asks about a request that belongs to nothing we know. */
  admit(source: Source, transport: TransportName, request: SipRequest): AdmissionVerdict {
    const { address, port, certificate } = source;
    const asked = { address, port, transport };
    const verdict = this.admission(certificate ? { ...asked, certificate } : asked, request);
    if (verdict === 'accept') {
      this.counters.accepted += 1;
      this.trust(address);
      return verdict;
    }
    this.counters[verdict === 'refuse' ? 'refused' : 'dropped'] += 1;
    if (verdict !== 'defer') this.blame(address, REFUSED_POINTS);
    return verdict;
  }

  /** A source is good: it was accepted, or it is one we send requests to. */
  trust(address: string): void {
    const source = sourcePrefix(address);
    this.trusted.set(source, this.clock.now() + TRUST_MS);
  }

  trusts(address: string): boolean {
    return (this.trusted.peek(sourcePrefix(address)) ?? 0) > this.clock.now();
  }

  /** What came from there could not be read. */
  malformed(address: string): void {
    this.counters.malformed += 1;
    this.blame(address, MALFORMED_POINTS);
  }

  /**
   * The one answer a stranger gets: 403 without anything of ours in it, never more bytes than the
   * request had, never twice for one request, and few in a second.
   *
   * @returns undefined when none is to be sent
   */
  refusal(source: Source, request: SipRequest, bytes: number): SipResponse | undefined {
    if (request.method === 'ACK') return undefined;
    const now = this.clock.now();
    const branch = request.via.params.get('branch') ?? '';
    const key = `${source.address} ${branch.slice(0, 64)} ${request.callId.slice(0, 128)}`;
    if ((this.answered.peek(key) ?? 0) > now) return undefined;
    const response = createResponse(request, 403, { toTag: newTag() });
    if (serializeMessage(response).byteLength > bytes) return undefined;
    const network = networkPrefix(source.address);
    const { refusalsPerNetwork, refusalsPerSecond } = this.settings;
    const own = this.networks.peek(network) ?? { left: refusalsPerNetwork, at: now };
    this.networks.set(network, own);
    if (!take(own, refusalsPerNetwork, now) || !take(this.all, refusalsPerSecond, now)) {
      return undefined;
    }
    this.answered.set(key, now + ANSWERED_MS);
    this.counters.answered += 1;
    return response;
  }

  private blame(address: string, points: number): void {
    if (this.trusts(address)) return;
    const now = this.clock.now();
    const source = sourcePrefix(address);
    const { tolerance, forgivenPerSecond, penaltyMs, longestPenaltyMs } = this.settings;
    const known = this.misconduct.peek(source) ?? { points: 0, at: now, until: 0, times: 0 };
    const forgiven = (Math.max(0, now - known.at) / 1_000) * forgivenPerSecond;
    known.points = Math.max(0, known.points - forgiven) + points;
    known.at = now;
    if (known.points > tolerance) {
      known.points = 0;
      known.until = now + Math.min(penaltyMs * 2 ** Math.min(known.times, 16), longestPenaltyMs);
      known.times += 1;
      this.counters.penalties += 1;
    }
    this.misconduct.set(source, known);
  }
}

interface Allowance {
  left: number;
  at: number;
}

/** Takes one from an allowance that fills up again within a second. */
function take(allowance: Allowance, perSecond: number, now: number): boolean {
  const earned = (Math.max(0, now - allowance.at) / 1_000) * perSecond;
  allowance.left = Math.min(perSecond, allowance.left + earned);
  allowance.at = now;
  if (allowance.left < 1) return false;
  allowance.left -= 1;
  return true;
}
