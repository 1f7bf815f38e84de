/** RTCP (RFC 3550 §6): the sender and receiver reports of a plain RTP leg. */
import { readUint16, readUint32, writeUint16, writeUint32 } from './rtp.ts';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const BYE = 203;
const CNAME = 1;
/** Seconds from 1900 (NTP) to 1970 (RFC 868). */
const NTP_EPOCH = 2_208_988_800;
const BLOCK_LENGTH = 24;

export interface SenderInfo {
  /** 64-bit NTP time as two unsigned 32-bit halves. */
  ntp: { seconds: number; fraction: number };
  /** RTP timestamp of the same instant. */
  timestamp: number;
  packets: number;
  bytes: number;
}

export interface RtcpReportBlock {
  ssrc: number;
  /** Fraction of 256. */
  fractionLost: number;
  /** Signed 24-bit. */
  lost: number;
  highestSequence: number;
  /** RTP clock units. */
  jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report received, 0 for none. */
  lastSenderReport: number;
  /** Time since then in 1/65536 s. */
  delaySinceLastSenderReport: number;
}

export interface RtcpReport {
  /** Who reports. */
  ssrc: number;
  sender?: SenderInfo;
  blocks: RtcpReportBlock[];
}

export interface RtcpCompound {
  reports: RtcpReport[];
  /** SSRCs that said good-bye. */
  byes: number[];
}

/** NTP time of a wall-clock time in ms since 1970. */
export function ntpTime(epochMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(epochMs / 1000);
  const fraction = Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (seconds + NTP_EPOCH) >>> 0, fraction: fraction >>> 0 };
}

/** The middle 32 bits of an NTP time, as LSR carries them. */
export function compactNtp(ntp: { seconds: number; fraction: number }): number {
  return ((ntp.seconds << 16) | (ntp.fraction >>> 16)) >>> 0;
}

/**
 * Round-trip time from a report block on our stream (RFC 3550 §6.4.1), in ms; null when it refers
 * to no sender report of ours.
 * @param arrival compact NTP time at which the block arrived
 */
export function roundTripMs(block: RtcpReportBlock, arrival: number): number | null {
  if (block.lastSenderReport === 0) return null;
  const units = (arrival - block.lastSenderReport - block.delaySinceLastSenderReport) | 0;
  // A clock that was set back, or a made-up block, gives nonsense.
  return units < 0 || units > 60 * 65536 ? null : (units * 1000) / 65536;
}

/**
 * Parses a compound packet. Unknown packet types are skipped; a compound whose lengths contradict
 * each other, or that does not begin with a report (RFC 3550 §A.2), gives null.
 */
export function parseRtcp(datagram: Uint8Array): RtcpCompound | null {
  const compound: RtcpCompound = { reports: [], byes: [] };
  for (let at = 0; at < datagram.length; ) {
    if (datagram.length - at < 4) return null;
    const first = datagram[at] as number;
    const type = datagram[at + 1] as number;
    const end = at + 4 + 4 * readUint16(datagram, at + 2);
    if (first >> 6 !== 2 || end > datagram.length) return null;
    if (at === 0 && type !== SENDER_REPORT && type !== RECEIVER_REPORT) return null;
    const count = first & 0x1f;
    if (type === SENDER_REPORT || type === RECEIVER_REPORT) {
      const report = parseReport(datagram, at, end, count, type === SENDER_REPORT);
      if (report === null) return null;
      compound.reports.push(report);
    } else if (type === BYE) {
      for (let i = 0; i < count && at + 8 + 4 * i <= end; i++) {
        compound.byes.push(readUint32(datagram, at + 4 + 4 * i));
      }
    }
    at = end;
  }
  return compound.reports.length === 0 ? null : compound;
}

function parseReport(
  bytes: Uint8Array,
  at: number,
  end: number,
  count: number,
  isSender: boolean,
): RtcpReport | null {
  const firstBlock = at + (isSender ? 28 : 8);
  if (firstBlock + count * BLOCK_LENGTH > end) return null;
  const report: RtcpReport = { ssrc: readUint32(bytes, at + 4), blocks: [] };
  if (isSender) {
    report.sender = {
      ntp: { seconds: readUint32(bytes, at + 8), fraction: readUint32(bytes, at + 12) },
      timestamp: readUint32(bytes, at + 16),
      packets: readUint32(bytes, at + 20),
      bytes: readUint32(bytes, at + 24),
    };
  }
  for (let i = 0; i < count; i++) {
    const block = firstBlock + i * BLOCK_LENGTH;
    report.blocks.push({
      ssrc: readUint32(bytes, block),
      fractionLost: bytes[block + 4] as number,
      lost: (readUint32(bytes, block + 4) << 8) >> 8,
      highestSequence: readUint32(bytes, block + 8),
      jitter: readUint32(bytes, block + 12),
      lastSenderReport: readUint32(bytes, block + 16),
      delaySinceLastSenderReport: readUint32(bytes, block + 20),
    });
  }
  return report;
}

/**
 * Serialises a report (a sender report when `sender` is given) with the CNAME every compound
 * packet must carry, and a BYE when the stream ends.
 * @param cname at most 255 ASCII characters
 */
export function serializeRtcp(
  report: RtcpReport,
  cname: string,
  options: { bye?: boolean } = {},
): Uint8Array {
  const { sender, blocks } = report;
  const head = sender === undefined ? 8 : 28;
  const reportLength = head + blocks.length * BLOCK_LENGTH;
  const name = new TextEncoder().encode(cname).subarray(0, 255);
  // Items end with a zero octet and are padded to 32 bits.
  const descriptionLength = 8 + 4 * Math.ceil((2 + name.length + 1) / 4);
  const datagram = new Uint8Array(reportLength + descriptionLength + (options.bye ? 8 : 0));

  const type = sender === undefined ? RECEIVER_REPORT : SENDER_REPORT;
  writeHeader(datagram, 0, blocks.length, type, reportLength, report.ssrc);
  if (sender !== undefined) {
    writeUint32(datagram, 8, sender.ntp.seconds);
    writeUint32(datagram, 12, sender.ntp.fraction);
    writeUint32(datagram, 16, sender.timestamp);
    writeUint32(datagram, 20, sender.packets);
    writeUint32(datagram, 24, sender.bytes);
  }
  blocks.forEach((block, i) => {
    const at = head + i * BLOCK_LENGTH;
    writeUint32(datagram, at, block.ssrc);
    writeUint32(datagram, at + 4, (block.fractionLost << 24) | (block.lost & 0xffffff));
    writeUint32(datagram, at + 8, block.highestSequence);
    writeUint32(datagram, at + 12, block.jitter);
    writeUint32(datagram, at + 16, block.lastSenderReport);
    writeUint32(datagram, at + 20, block.delaySinceLastSenderReport);
  });

  let at = reportLength;
  writeHeader(datagram, at, 1, SOURCE_DESCRIPTION, descriptionLength, report.ssrc);
  datagram[at + 8] = CNAME;
  datagram[at + 9] = name.length;
  datagram.set(name, at + 10);
  at += descriptionLength;
  if (options.bye) writeHeader(datagram, at, 1, BYE, 8, report.ssrc);
  return datagram;
}

function writeHeader(
  bytes: Uint8Array,
  at: number,
  count: number,
  type: number,
  length: number,
  ssrc: number,
): void {
  bytes[at] = 0x80 | count;
  bytes[at + 1] = type;
  writeUint16(bytes, at + 2, length / 4 - 1);
  writeUint32(bytes, at + 4, ssrc);
}
