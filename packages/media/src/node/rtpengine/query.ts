/** Reads what rtpengine's `query` and `statistics` tell. */
import type { Bencoded, BencodedDictionary } from './bencode.ts';
import type { NgSide } from './ng-call.ts';

/** One side of a call. */
export interface SideReport {
  /** RTP packets taken, and their bytes with headers. */
  packets: number;
  bytes: number;
  /** Packets refused: of strangers, unauthentic, or such as could not be passed on. */
  errors: number;
  /** RTCP packets, when it has a port of its own. */
  rtcpPackets: number;
  /** Whom rtpengine sends to. */
  endpoint: { address: string; port: number } | undefined;
  /** Whether DTLS is up and the certificate is the one the SDP named. */
  isDtlsUp: boolean;
  isIce: boolean;
  isSrtp: boolean;
  report: ReceiverReport | undefined;
}

/** What a side says it received of us: its last RTCP report. */
export interface ReceiverReport {
  /** Share of packets lost since the report before, 0–1, in steps of a hundredth. */
  fractionLost: number;
  jitterMs: number;
  /** To this side and back, ms; null while unknown. */
  roundTripMs: number | null;
}

export interface CallReport {
  sides: Record<NgSide, SideReport | undefined>;
}

/** Reads a reply to `query`; what is missing or of another type is left out. */
export function readQuery(reply: BencodedDictionary): CallReport {
  const tags = dictionary(reply.tags);
  return {
    sides: { near: readSide(tags?.near, reply.SSRC), leg: readSide(tags?.leg, reply.SSRC) },
  };
}

function readSide(
  tag: Bencoded | undefined,
  reports: Bencoded | undefined,
): SideReport | undefined {
  const media = dictionary(list(dictionary(tag)?.medias)[0]);
  const [rtp, rtcp] = list(media?.streams).map(dictionary);
  if (media === undefined || rtp === undefined) return undefined;
  const stats = dictionary(rtp.stats);
  const endpoint = dictionary(rtp.endpoint);
  const flags = list(rtp.flags);
  const address = endpoint?.address;
  const port = number(endpoint?.port);
  return {
    packets: number(stats?.packets),
    bytes: number(stats?.bytes),
    errors: number(stats?.errors),
    rtcpPackets: number(dictionary(rtcp?.stats)?.packets),
    endpoint: typeof address === 'string' && port > 0 ? { address, port } : undefined,
    isDtlsUp: flags.includes('DTLS fingerprint verified') && rtp['crypto suite'] !== undefined,
    isIce: list(media.flags).includes('ICE'),
    isSrtp: rtp['crypto suite'] !== undefined,
    report: readReport(dictionary(dictionary(reports)?.[String(number(rtp.SSRC))])),
  };
}

/**
 * Of the reports rtpengine keeps for the SSRC of who sent them, the newest. Their "cumulative loss"
 * is left alone: rtpengine puts its own count of what that SSRC sends in the same place.
 */
function readReport(entry: BencodedDictionary | undefined): ReceiverReport | undefined {
  const last = dictionary(list(dictionary(entry?.['MOS progression'])?.entries).at(-1));
  if (last === undefined) return undefined;
  const roundTripUs = number(last['round-trip time leg']);
  return {
    fractionLost: number(last['packet loss']) / 100,
    jitterMs: number(last.jitter),
    roundTripMs: roundTripUs > 0 ? roundTripUs / 1000 : null,
  };
}

/** Seconds the daemon has run, by its reply to `statistics`; undefined when it does not say. */
export function readUptime(reply: BencodedDictionary): number | undefined {
  const statistics = dictionary(reply.statistics);
  const uptime = dictionary(statistics?.totalstatistics)?.uptime;
  const seconds = typeof uptime === 'string' ? Number.parseInt(uptime, 10) : uptime;
  return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
}

function dictionary(value: Bencoded | undefined): BencodedDictionary | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}

function list(value: Bencoded | undefined): Bencoded[] {
  return Array.isArray(value) ? value : [];
}

function number(value: Bencoded | undefined): number {
  return typeof value === 'number' ? value : 0;
}
