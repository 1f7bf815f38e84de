/** Somebody who has no part in any call, and what he sends. */
import { createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { createSine } from '../../audio/tone.ts';
import { encodeG711 } from '../../g711.ts';
import { telephoneEventSteps } from '../../rfc4733.ts';
import { parseRtp, serializeRtp } from '../../rtp.ts';
import { afterTest } from './suite-call.ts';

/** The sine a stranger plays, Hz: nobody in a call does. */
export const STRANGE_TONE = 2300;

export interface Attacker {
  readonly socket: Socket;
  /** Whatever was sent to him. */
  readonly received: Buffer[];
  send(datagram: Uint8Array, port: number): void;
}

/** Opens a socket on an address of this machine. */
export async function openAttacker(address: string): Promise<Attacker> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  // Ports nobody listens on answer by ICMP.
  socket.on('error', () => undefined);
  const received: Buffer[] = [];
  socket.on('message', (datagram) => received.push(datagram));
  afterTest(() => socket.close());
  return {
    socket,
    received,
    send: (datagram, port) => socket.send(datagram, port, '127.0.0.1', () => undefined),
  };
}

/** A stream of packets that look like those of a phone. */
export function strangeRtp(
  o: { ssrc?: number; sequenceNumber?: number; payloadType?: number } = {},
) {
  const sine = createSine({ frequency: STRANGE_TONE, amplitude: 0.9 });
  let { sequenceNumber = 100 } = o;
  let timestamp = 0;
  return (): Uint8Array => {
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + 160) >>> 0;
    return serializeRtp({
      payloadType: o.payloadType ?? 8,
      marker: false,
      ssrc: o.ssrc ?? 77,
      sequenceNumber,
      timestamp,
      payload: encodeG711('PCMA', sine(160)),
    });
  };
}

/** Continues a stream the attacker has seen: the next sequence numbers of the same SSRC. */
export function forgedNext(seen: Uint8Array, ahead: number): Uint8Array {
  const packet = parseRtp(seen);
  if (packet === null) throw new Error('no RTP packet to forge from');
  const payload = encodeG711('PCMA', createSine({ frequency: STRANGE_TONE, amplitude: 0.9 })(160));
  return serializeRtp({
    ...packet,
    sequenceNumber: (packet.sequenceNumber + ahead) & 0xffff,
    timestamp: (packet.timestamp + 160 * ahead) >>> 0,
    payload,
  });
}

/** The packets of a key press. */
export function strangeKey(digit: string, ssrc = 77): Uint8Array[] {
  return telephoneEventSteps(digit, 100).map(({ marker, payload }, i) =>
    serializeRtp({
      payloadType: 101,
      marker,
      ssrc,
      sequenceNumber: 500 + i,
      timestamp: 9000,
      payload,
    }),
  );
}

/** An RTCP compound packet that says goodbye for an SSRC (RFC 3550 §6.6). */
export function goodbye(ssrc: number): Buffer {
  const packet = Buffer.alloc(16);
  packet.set([0x80, 201, 0, 1], 0);
  packet.writeUInt32BE(ssrc >>> 0, 4);
  packet.set([0x81, 203, 0, 1], 8);
  packet.writeUInt32BE(ssrc >>> 0, 12);
  return packet;
}

/** The beginning of a DTLS 1.2 ClientHello, well-formed as far as it goes (RFC 6347 §4.2.2). */
export function clientHello(): Buffer {
  const body = Buffer.concat([
    Buffer.from([0xfe, 0xfd]),
    randomBytes(32),
    // No session, no cookie, two cipher suites, no compression; use_srtp with one profile.
    Buffer.from([0, 0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]),
    Buffer.from([0, 9, 0, 14, 0, 5, 0, 2, 0, 1, 0]),
  ]);
  const handshake = Buffer.alloc(12);
  handshake[0] = 1;
  handshake.writeUIntBE(body.length, 1, 3);
  handshake.writeUIntBE(body.length, 9, 3);
  const record = Buffer.from([22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  record.writeUInt16BE(handshake.length + body.length, 11);
  return Buffer.concat([record, handshake, body]);
}

/** A STUN binding request with a password nobody gave (RFC 8489 §14.5). */
export function stunCheck(username: string): Buffer {
  const name = Buffer.from(username);
  const padding = Buffer.alloc((4 - (name.length % 4)) % 4);
  const attributes = Buffer.concat([
    attribute(0x0006, name.length),
    name,
    padding,
    attribute(0x0024, 4),
    Buffer.from([0x7e, 0xff, 0xff, 0xff]),
    attribute(0x0025, 0),
  ]);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(1, 0);
  header.writeUInt16BE(attributes.length + 24, 2);
  header.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(header, 8);
  const unsigned = Buffer.concat([header, attributes]);
  const digest = createHmac('sha1', 'not the password').update(unsigned).digest();
  return Buffer.concat([unsigned, attribute(0x0008, 20), digest]);
}

function attribute(type: number, length: number): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(length, 2);
  return header;
}

/** Datagrams that are nearly something: each kind of packet, cut, with lengths that lie. */
export function malformed(): Uint8Array[] {
  const rtp = strangeRtp()();
  const withByte = (at: number, value: number) => {
    const copy = Uint8Array.from(rtp);
    copy[at] = value;
    return copy;
  };
  const hello = clientHello();
  const bye = goodbye(1);
  return [
    new Uint8Array(0),
    Uint8Array.of(0x80),
    rtp.subarray(0, 11),
    rtp.subarray(0, 12),
    // Fifteen CSRCs, an extension longer than the packet, padding longer than the packet.
    withByte(0, 0x8f).subarray(0, 40),
    withByte(0, 0x90).subarray(0, 14),
    Uint8Array.from([...withByte(0, 0xa0).subarray(0, 30), 255]),
    withByte(0, 0x00),
    withByte(0, 0xc0),
    withByte(1, 0x7f),
    new Uint8Array(1500).fill(0xff),
    new Uint8Array(9000).fill(0x80),
    bye.subarray(0, 7),
    Uint8Array.from([0x80, 200, 0xff, 0xff, ...new Uint8Array(8)]),
    Uint8Array.from([0x9f, 201, 0, 1, ...new Uint8Array(4)]),
    hello.subarray(0, 20),
    Uint8Array.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1]),
    Uint8Array.from([0, 1, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42, ...new Uint8Array(12)]),
    stunCheck('a:b').subarray(0, 30),
  ];
}
