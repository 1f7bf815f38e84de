/** RTP packets (RFC 3550 §5.1): parsing with every bound checked, and serialising. */

const FIXED_HEADER = 12;

export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  /** 16-bit. */
  sequenceNumber: number;
  /** 32-bit, unsigned. */
  timestamp: number;
  /** 32-bit, unsigned. */
  ssrc: number;
  /** View into the packet it was parsed from, without padding. */
  payload: Uint8Array;
}

/**
 * Parses one datagram. CSRC list, header extension and padding are skipped over; a datagram that
 * is no RTP version 2 packet, or whose lengths contradict each other, gives null.
 */
export function parseRtp(datagram: Uint8Array): RtpPacket | null {
  if (datagram.length < FIXED_HEADER) return null;
  const first = datagram[0] as number;
  if (first >> 6 !== 2) return null;
  const second = datagram[1] as number;
  if (isRtcpPacketType(second)) return null;

  let start = FIXED_HEADER + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (datagram.length < start + 4) return null;
    start += 4 + 4 * readUint16(datagram, start + 2);
  }
  let end = datagram.length;
  if ((first & 0x20) !== 0) {
    const padding = datagram[end - 1] as number;
    if (padding === 0) return null;
    end -= padding;
  }
  if (start > end) return null;

  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequenceNumber: readUint16(datagram, 2),
    timestamp: readUint32(datagram, 4),
    ssrc: readUint32(datagram, 8),
    payload: datagram.subarray(start, end),
  };
}

/** Serialises a packet with the fixed header only. Numbers are cut to their width. */
export function serializeRtp(packet: RtpPacket): Uint8Array {
  const datagram = new Uint8Array(FIXED_HEADER + packet.payload.length);
  datagram[0] = 0x80;
  datagram[1] = (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f);
  writeUint16(datagram, 2, packet.sequenceNumber);
  writeUint32(datagram, 4, packet.timestamp);
  writeUint32(datagram, 8, packet.ssrc);
  datagram.set(packet.payload, FIXED_HEADER);
  return datagram;
}

/** Tells RTCP from RTP on one port by the second octet (RFC 5761 §4). */
export function isRtcpPacketType(secondOctet: number): boolean {
  return secondOctet >= 192 && secondOctet <= 223;
}

/** Signed distance from `b` to `a` modulo 2^16: positive when `a` is later. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}

/** Signed distance from `b` to `a` modulo 2^32: positive when `a` is later. */
export function timestampDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** Big-endian 16-bit number at an offset the caller has checked. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

/** Big-endian unsigned 32-bit number at an offset the caller has checked. */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((readUint16(bytes, offset) << 16) | readUint16(bytes, offset + 2)) >>> 0;
}

/** Writes a big-endian 16-bit number. */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = (value >>> 8) & 0xff;
  bytes[offset + 1] = value & 0xff;
}

/** Writes a big-endian 32-bit number. */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  writeUint16(bytes, offset, value >>> 16);
  writeUint16(bytes, offset + 2, value & 0xffff);
}
