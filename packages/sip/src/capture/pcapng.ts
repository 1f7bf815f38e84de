import type { TransportName } from '../transport/transport.ts';
import { MAX_SEGMENT, type PacketEnd, tcpPacket, udpPacket } from './ip-packet.ts';
import { maskSecrets } from './mask.ts';

/** One SIP message as it was on the wire, or would have been without TLS. */
export interface CapturedPacket {
  /** Milliseconds since the epoch, fractions allowed. */
  at: number;
  direction: 'in' | 'out';
  transport: TransportName;
  source: PacketEnd;
  destination: PacketEnd;
  payload: Uint8Array;
}

export interface PcapngOptions {
  /** Hide credentials and SRTP keys; default true. */
  mask?: boolean;
  /** Written into the file as its maker. */
  application?: string;
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** LINKTYPE_RAW: packets begin with their IPv4 or IPv6 header. */
const RAW_IP = 101;
const OPTION = { comment: 1, application: 4, timestampResolution: 9, packetFlags: 2 };
const MICROSECONDS = 6;
const MAX_FLOWS = 4_096;

interface Flow {
  /** Octets each end has sent so far, by its text. */
  sent: Map<string, number>;
}

/**
 * Writes SIP messages as a capture file Wireshark reads (LIN-097, LIN-100): pcapng as of the IETF's
 * draft-ietf-opsawg-pcapng, one section, one interface, IP and UDP or TCP headers around each
 * message with the true ends and times. What went over TLS is written in clear as TCP, with a
 * comment that says so.
 *
 * The writer gives bytes and stores none: append them where they belong. It remembers how far each
 * TCP connection has come, of the last 4096.
 */
export class PcapngWriter {
  private readonly mask: boolean;
  private readonly application: string;
  private readonly flows = new Map<string, Flow>();
  private packets = 0;

  constructor(options: PcapngOptions = {}) {
    this.mask = options.mask ?? true;
    this.application = options.application ?? 'trunkline';
  }

  /** The beginning of the file: to be written once, before everything else. */
  header(): Uint8Array {
    const section = new Uint8Array(16);
    const view = new DataView(section.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    // Section length unknown: -1.
    section.fill(0xff, 8, 16);
    const link = new Uint8Array(8);
    // Snapshot length 0: no limit.
    new DataView(link.buffer).setUint16(0, RAW_IP, true);
    return concat([
      block(SECTION_HEADER, [section, option(OPTION.application, utf8(this.application)), END]),
      block(INTERFACE, [
        link,
        option(OPTION.timestampResolution, Uint8Array.of(MICROSECONDS)),
        END,
      ]),
    ]);
  }

  /**
   * A message as packets: one, or several where it is too large for one.
   *
   * @throws RangeError when an end is not an IP address
   */
  packet(captured: CapturedPacket): Uint8Array {
    const payload = this.mask ? maskSecrets(captured.payload) : captured.payload;
    const out: Uint8Array[] = [];
    for (let start = 0; start === 0 || start < payload.length; start += MAX_SEGMENT) {
      const part = payload.subarray(start, start + MAX_SEGMENT);
      out.push(enhancedPacket(captured, this.framed(captured, part)));
    }
    return concat(out);
  }

  private framed(captured: CapturedPacket, payload: Uint8Array): Uint8Array {
    const { source, destination, transport } = captured;
    this.packets += 1;
    if (transport === 'udp') return udpPacket(source, destination, payload, this.packets);
    const [from, to] = [endText(source), endText(destination)];
    const { sent } = this.flow(from, to);
    const numbers = { sequence: sent.get(from) ?? 1, acknowledgement: sent.get(to) ?? 1 };
    sent.set(from, (numbers.sequence + payload.length) % 2 ** 32);
    return tcpPacket(source, destination, payload, this.packets, numbers);
  }

  private flow(from: string, to: string): Flow {
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    const known = this.flows.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.flows.keys();
    if (this.flows.size >= MAX_FLOWS && oldest !== undefined) this.flows.delete(oldest);
    const flow: Flow = { sent: new Map() };
    this.flows.set(key, flow);
    return flow;
  }
}

/** A whole capture file. */
export function pcapng(packets: readonly CapturedPacket[], options?: PcapngOptions): Uint8Array {
  const writer = new PcapngWriter(options);
  return concat([writer.header(), ...packets.map((packet) => writer.packet(packet))]);
}

function enhancedPacket(captured: CapturedPacket, packet: Uint8Array): Uint8Array {
  const head = new Uint8Array(20);
  const view = new DataView(head.buffer);
  const micros = Math.round(captured.at * 1_000);
  view.setUint32(4, Math.floor(micros / 2 ** 32), true);
  view.setUint32(8, micros % 2 ** 32, true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  const flags = Uint8Array.of(captured.direction === 'in' ? 1 : 2, 0, 0, 0);
  const options = [option(OPTION.packetFlags, flags)];
  if (captured.transport === 'tls' || captured.transport === 'wss') {
    options.push(option(OPTION.comment, utf8('was encrypted by TLS on the wire')));
  }
  return block(ENHANCED_PACKET, [head, padded(packet), ...options, END]);
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(parts);
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, out.length, true);
  out.set(body, 8);
  view.setUint32(out.length - 4, out.length, true);
  return out;
}

/** End of options. */
const END = new Uint8Array(4);

function option(code: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(4);
  const view = new DataView(head.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  return concat([head, padded(value)]);
}

/** Filled up to a multiple of four octets. */
function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  out.set(bytes);
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);

function endText(end: PacketEnd): string {
  return `${end.address}:${end.port}`;
}
