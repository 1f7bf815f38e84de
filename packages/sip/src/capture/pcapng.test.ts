import { describe, expect, test } from 'vitest';
import { inviteSample } from '../testing/invite-sample.ts';
import { addressOctets } from './ip-address.ts';
import { maskSecrets } from './mask.ts';
import { type CapturedPacket, PcapngWriter, pcapng } from './pcapng.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

const sample = (extra: Partial<CapturedPacket> = {}): CapturedPacket => ({
  at: 1_760_000_000_123.456,
  direction: 'out',
  transport: 'udp',
  source: { address: '192.0.2.1', port: 5060 },
  destination: { address: '198.51.100.7', port: 5062 },
  payload: bytes(inviteSample()),
  ...extra,
});

interface Block {
  type: number;
  body: Buffer;
}

/** Blocks of a file; each must say its length at both ends. */
function blocksOf(file: Uint8Array): Block[] {
  const data = Buffer.from(file);
  const blocks: Block[] = [];
  for (let at = 0; at < data.length; ) {
    const length = data.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(data.readUInt32LE(at + length - 4)).toBe(length);
    blocks.push({ type: data.readUInt32LE(at), body: data.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

const ipOf = ({ body }: Block) => body.subarray(20, 20 + body.readUInt32LE(12));
const packetsOf = (file: Uint8Array) => blocksOf(file).slice(2);

/** 16-bit ones' complement sum; 0xffff over data with a right checksum. */
function checksum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      sum += ((part[i] as number) << 8) + (part[i + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

const pseudo4 = (ip: Buffer) => {
  const length = ip.length - 20;
  return Buffer.concat([
    ip.subarray(12, 20),
    Buffer.from([0, ip[9] as number, length >> 8, length]),
  ]);
};

describe('pcapng', () => {
  test('begins with a section and one raw IP interface at microseconds', () => {
    const [section, link, ...rest] = blocksOf(pcapng([]));
    expect(section).toMatchObject({ type: 0x0a0d0d0a });
    expect(section?.body.readUInt32LE(0)).toBe(0x1a2b3c4d);
    expect(link).toMatchObject({ type: 1 });
    expect(link?.body.readUInt16LE(0)).toBe(101);
    expect(rest).toEqual([]);
  });

  test('LIN-100 a datagram has its true ends, time and right checksums', () => {
    const [packet] = packetsOf(pcapng([sample()]));
    if (packet === undefined) throw new Error('no packet');
    const micros = packet.body.readUInt32LE(4) * 2 ** 32 + packet.body.readUInt32LE(8);
    expect(micros).toBe(1_760_000_000_123_456);
    const ip = ipOf(packet);
    expect([...ip.subarray(12, 20)]).toEqual([192, 0, 2, 1, 198, 51, 100, 7]);
    expect(ip.readUInt16BE(2)).toBe(ip.length);
    expect(checksum(ip.subarray(0, 20))).toBe(0xffff);
    expect(checksum(pseudo4(ip), ip.subarray(20))).toBe(0xffff);
    expect([ip.readUInt16BE(20), ip.readUInt16BE(22)]).toEqual([5060, 5062]);
    expect(text(ip.subarray(28))).toBe(inviteSample());
  });

  test('IPv6, and IPv4 beside it mapped', () => {
    const file = pcapng([
      sample({
        source: { address: '[2001:db8::1]', port: 1 },
        destination: { address: 'fe80::2%eth0', port: 2 },
        payload: bytes('odd'),
      }),
      sample({ source: { address: '2001:db8::1', port: 1 } }),
    ]);
    const [first, second] = packetsOf(file).map(ipOf);
    if (first === undefined || second === undefined) throw new Error('no packets');
    expect(first[0]).toBe(0x60);
    expect(first.readUInt16BE(4)).toBe(11);
    const pseudo = Buffer.concat([first.subarray(8, 40), Buffer.from([0, 0, 0, 11, 0, 0, 0, 17])]);
    expect(checksum(pseudo, first.subarray(40))).toBe(0xffff);
    expect(second.subarray(24, 40).toString('hex')).toBe('00000000000000000000ffffc6336407');
  });

  test('TCP counts its octets in both directions; TLS is written in clear with a comment', () => {
    const there = sample({ transport: 'tls', payload: bytes('12345') });
    const back = { ...there, source: there.destination, destination: there.source };
    const packets = packetsOf(pcapng([there, back, there]));
    const numbers = packets.map((packet) => {
      const tcp = ipOf(packet).subarray(20);
      return [tcp.readUInt32BE(4), tcp.readUInt32BE(8)];
    });
    expect(numbers).toEqual([
      [1, 1],
      [1, 6],
      [6, 6],
    ]);
    for (const packet of packets) {
      const ip = ipOf(packet);
      expect(ip[9]).toBe(6);
      expect(checksum(pseudo4(ip), ip.subarray(20))).toBe(0xffff);
      expect(packet.body.toString('latin1')).toContain('was encrypted by TLS');
    }
  });

  test('a message too large for one packet is cut, nothing of it lost', () => {
    const payload = bytes('x'.repeat(150_000));
    const packets = packetsOf(pcapng([sample({ transport: 'tcp', payload })])).map(ipOf);
    expect(packets).toHaveLength(3);
    expect(packets.reduce((sum, ip) => sum + ip.length - 40, 0)).toBe(150_000);
  });

  test('directions are marked', () => {
    const packets = packetsOf(
      pcapng([
        sample({ direction: 'in', payload: bytes('1234') }),
        sample({ payload: bytes('1') }),
      ]),
    );
    const flags = packets.map(({ body }) => {
      const length = Math.ceil(body.readUInt32LE(12) / 4) * 4;
      return body.readUInt32LE(20 + length + 4);
    });
    expect(flags).toEqual([1, 2]);
  });

  test('written piece by piece it is the same file', () => {
    const all = [sample(), sample({ transport: 'tcp' }), sample({ transport: 'tcp' })];
    const writer = new PcapngWriter();
    const pieces = [writer.header(), ...all.map((packet) => writer.packet(packet))];
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(pcapng(all)));
  });

  test('what is no address is told', () => {
    const { packet } = { packet: sample({ source: { address: 'pbx.example', port: 1 } }) };
    expect(() => pcapng([packet])).toThrow(RangeError);
    for (const bad of [
      '',
      '1.2.3',
      '1.2.3.256',
      '1::2::3',
      ':::',
      '1:2:3:4:5:6:7',
      'g::',
      '1.2.3.4:5',
    ]) {
      expect(() => addressOctets(bad)).toThrow(RangeError);
    }
    expect([...addressOctets('::ffff:192.0.2.1')].slice(10)).toEqual([255, 255, 192, 0, 2, 1]);
    expect([...addressOctets('::')]).toEqual(Array(16).fill(0));
  });
});

describe('masking', () => {
  const secret = (name: string) =>
    [
      'REGISTER sip:x SIP/2.0',
      `${name}: Digest username="a",`,
      '\tresponse="0123456789abcdef"',
      'X-Other: response="kept"',
      'Content-Length: 62',
      '',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0c2VjcmV0|2^20',
    ].join('\r\n');

  test.each(['Authorization', 'proxy-authorization ', 'AUTHORIZATION'])('%s', (name) => {
    const masked = text(maskSecrets(bytes(secret(name))));
    expect(masked).toContain(`${name}: credentials masked\r\nX-Other: response="kept"\r\n`);
    expect(masked).toContain('inline:xxxxxxxxxxxxxxxx|2^20');
    expect(masked).not.toContain('0123456789abcdef');
  });

  test('a message with bare line feeds hides as much', () => {
    const masked = text(maskSecrets(bytes(secret('Authorization').replaceAll('\r\n', '\n'))));
    expect(masked).not.toContain('0123456789abcdef');
    expect(masked).not.toContain('c2VjcmV0');
  });

  test.each([
    ['k=base64:c2VjcmV0', 'k=base64:xxxxxxxx'],
    ['a=key-mgmt:mikey c2VjcmV0', 'a=key-mgmt:mikey xxxxxxxx'],
    ['Authorization: Digest r="c2VjcmV0"', `Authorization: ${'x'.repeat(19)}`],
    ['Contact: <sip:a:c2VjcmV0@pbx>', 'Contact: <sip:a:xxxxxxxx@pbx>'],
  ])('%s in a body is hidden at its length', (line, hidden) => {
    const message = `NOTIFY sip:x SIP/2.0\r\nTo: <sip:b:hidden@pbx:5060>\r\n\r\n${line}\r\n`;
    expect(text(maskSecrets(bytes(message)))).toBe(
      `NOTIFY sip:x SIP/2.0\r\nTo: <sip:b:xxxxxx@pbx:5060>\r\n\r\n${hidden}\r\n`,
    );
  });

  test('the body keeps its length, and other messages every octet', () => {
    const odd = Uint8Array.from([...bytes(inviteSample()), 0, 255, 128, 200]);
    expect(maskSecrets(odd)).toBe(odd);
  });

  test('the writer masks unless it is told not to', () => {
    const packet = sample({ payload: bytes(secret('Authorization')) });
    expect(text(pcapng([packet]))).not.toContain('0123456789abcdef');
    expect(text(pcapng([packet], { mask: false }))).toContain('0123456789abcdef');
  });
});
