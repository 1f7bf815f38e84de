import { addressOctets, mappedOctets } from './ip-address.ts';

/** An end of a packet. */
export interface PacketEnd {
  /** IP address, IPv6 with or without brackets. */
  address: string;
  port: number;
}

const UDP = 17;
const TCP = 6;
const UDP_HEADER = 8;
const TCP_HEADER = 20;
const HOPS = 64;
/** PSH and ACK: data of an open connection. */
const TCP_FLAGS = 0x18;
const TCP_WINDOW = 65_535;

/** Octets of payload that surely fit one packet of either IP version and protocol. */
export const MAX_SEGMENT = 65_000;

/**
 * A UDP datagram with its IP header, as it would be on the wire.
 *
 * @param id IPv4 identification
 * @throws RangeError when an address is not an IP address
 */
export function udpPacket(
  source: PacketEnd,
  destination: PacketEnd,
  payload: Uint8Array,
  id: number,
): Uint8Array {
  const segment = new Uint8Array(UDP_HEADER + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, source.port);
  view.setUint16(2, destination.port);
  view.setUint16(4, segment.length);
  segment.set(payload, UDP_HEADER);
  return ipPacket(UDP, source, destination, segment, id, 6);
}

/**
 * A TCP segment of an open connection with its IP header.
 *
 * @throws RangeError when an address is not an IP address
 */
export function tcpPacket(
  source: PacketEnd,
  destination: PacketEnd,
  payload: Uint8Array,
  id: number,
  numbers: { sequence: number; acknowledgement: number },
): Uint8Array {
  const segment = new Uint8Array(TCP_HEADER + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, source.port);
  view.setUint16(2, destination.port);
  view.setUint32(4, numbers.sequence);
  view.setUint32(8, numbers.acknowledgement);
  view.setUint8(12, (TCP_HEADER / 4) << 4);
  view.setUint8(13, TCP_FLAGS);
  view.setUint16(14, TCP_WINDOW);
  segment.set(payload, TCP_HEADER);
  return ipPacket(TCP, source, destination, segment, id, 16);
}

function ipPacket(
  protocol: number,
  source: PacketEnd,
  destination: PacketEnd,
  segment: Uint8Array,
  id: number,
  checksumAt: number,
): Uint8Array {
  let from = addressOctets(source.address);
  let to = addressOctets(destination.address);
  if (from.length !== to.length) {
    from = mappedOctets(from);
    to = mappedOctets(to);
  }
  const pseudo = sum(from) + sum(to) + protocol + segment.length;
  // In UDP 0 would mean "no checksum".
  const checksum = fold(pseudo + sum(segment)) || (protocol === UDP ? 0xffff : 0);
  new DataView(segment.buffer).setUint16(checksumAt, checksum);
  const header = from.length === 4 ? ipv4Header : ipv6Header;
  return concat(header(protocol, from, to, segment.length, id), segment);
}

function ipv4Header(
  protocol: number,
  from: Uint8Array,
  to: Uint8Array,
  length: number,
  id: number,
): Uint8Array {
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, header.length + length);
  view.setUint16(4, id & 0xffff);
  view.setUint16(6, 0x4000);
  view.setUint8(8, HOPS);
  view.setUint8(9, protocol);
  header.set(from, 12);
  header.set(to, 16);
  view.setUint16(10, fold(sum(header)));
  return header;
}

function ipv6Header(
  protocol: number,
  from: Uint8Array,
  to: Uint8Array,
  length: number,
): Uint8Array {
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, length);
  view.setUint8(6, protocol);
  view.setUint8(7, HOPS);
  header.set(from, 8);
  header.set(to, 24);
  return header;
}

/** Sum of 16-bit words, the last octet filled up with zero (RFC 1071). */
function sum(octets: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < octets.length; i += 2) {
    total += ((octets[i] as number) << 8) | (octets[i + 1] ?? 0);
  }
  return total;
}

/** Ones' complement of a sum, folded to 16 bits. */
function fold(total: number): number {
  let folded = total;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
