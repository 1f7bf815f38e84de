import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RtpHeader,
  RtpPacket,
  SrtcpSession,
  SrtpSession,
} from 'werift';
import type { SrtpSuite } from '../engine.ts';
import { parseRtp, serializeRtp } from '../rtp.ts';
import { SRTP_OVERHEAD, SrtpReceiver, SrtpSender, srtpKeyLength } from './srtp.ts';

const SUITES: SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
];
/** What the library of the browser legs implements too. */
const PROFILES = [
  ['AES_CM_128_HMAC_SHA1_80', ProtectionProfileAes128CmHmacSha1_80],
  ['AEAD_AES_128_GCM', ProtectionProfileAeadAes128Gcm],
] as const;

const packet = (sequenceNumber: number, ssrc = 7, length = 160) =>
  serializeRtp({
    payloadType: 8,
    marker: false,
    sequenceNumber,
    timestamp: (sequenceNumber * 160) >>> 0,
    ssrc,
    payload: Uint8Array.from({ length }, (_, i) => (i + sequenceNumber) & 0xff),
  });

function protect(sender: SrtpSender, datagram: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(datagram.length + SRTP_OVERHEAD);
  buffer.set(datagram);
  return buffer.slice(0, sender.protectRtp(buffer, datagram.length));
}

const report = (ssrc: number) => Uint8Array.from([0x80, 201, 0, 1, 0, 0, 0, ssrc]);

describe.each(SUITES)('%s', (suite) => {
  const pair = () => {
    const key = randomBytes(srtpKeyLength(suite));
    return { sender: new SrtpSender(suite, key), receiver: new SrtpReceiver(suite, key) };
  };

  test('carries RTP unchanged over a wrap of the sequence number, out of order too', () => {
    const { sender, receiver } = pair();
    const sealed = Array.from(
      { length: 300 },
      (_, i) => [i, protect(sender, packet((i + 65_400) & 0xffff))] as const,
    );
    for (let i = 0; i + 1 < sealed.length; i += 2) {
      for (const [number, datagram] of [sealed[i + 1], sealed[i]] as typeof sealed) {
        const opened = receiver.unprotectRtp(datagram);
        expect(opened && Buffer.compare(opened, packet((number + 65_400) & 0xffff))).toBe(0);
      }
    }
  });

  test('refuses what was replayed, changed anywhere, cut, or made with another key', () => {
    const { sender, receiver } = pair();
    const sealed = protect(sender, packet(1));
    const copy = () => Uint8Array.from(sealed);
    expect(pair().receiver.unprotectRtp(copy())).toBeNull();
    for (let at = 0; at < sealed.length; at++) {
      const changed = copy();
      changed[at] = (changed[at] as number) ^ 1;
      expect(receiver.unprotectRtp(changed)).toBeNull();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(receiver.unprotectRtp(copy().subarray(0, length))).toBeNull();
    }
    expect(receiver.unprotectRtp(copy())).not.toBeNull();
    expect(receiver.unprotectRtp(copy())).toBeNull();
  });

  test('keeps the header extension readable and the payload secret', () => {
    const { sender, receiver } = pair();
    const extended = Uint8Array.from([
      ...[0x91, 8, 0, 9, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1],
      ...[0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0],
      ...Array.from({ length: 40 }, () => 0xd5),
    ]);
    const sealed = protect(sender, extended);
    expect(sealed.subarray(0, 24)).toEqual(extended.subarray(0, 24));
    expect(sealed.subarray(24, 64)).not.toEqual(extended.subarray(24, 64));
    expect(receiver.unprotectRtp(sealed)).toEqual(extended);
  });

  test('carries RTCP once, encrypted', () => {
    const { sender, receiver } = pair();
    const compound = Uint8Array.from([...report(9), ...[0x81, 203, 0, 1, 0, 0, 0, 9]]);
    const first = sender.protectRtcp(compound);
    const second = sender.protectRtcp(compound);
    expect(first.subarray(8, 16)).not.toEqual(compound.subarray(8, 16));
    for (const sealed of [second, first]) {
      const changed = Uint8Array.from(sealed);
      changed[10] = (changed[10] as number) ^ 4;
      expect(receiver.unprotectRtcp(changed)).toBeNull();
      expect(receiver.unprotectRtcp(sealed)).toEqual(compound);
      expect(receiver.unprotectRtcp(sealed)).toBeNull();
    }
    for (let length = 0; length < first.length; length++) {
      expect(receiver.unprotectRtcp(first.subarray(0, length))).toBeNull();
    }
  });

  test('forgets the longest unheard of many sources', () => {
    const { receiver } = pair();
    const key = randomBytes(srtpKeyLength(suite));
    const other = new SrtpReceiver(suite, key);
    for (let ssrc = 1; ssrc <= 40; ssrc++) {
      const sealed = protect(new SrtpSender(suite, key), packet(ssrc, ssrc));
      expect(receiver.unprotectRtp(Uint8Array.from(sealed))).toBeNull();
      expect(other.unprotectRtp(sealed)).not.toBeNull();
    }
  });
});

test.each(PROFILES)(
  '%s is understood by another implementation and understands it',
  (suite, profile) => {
    const keyOf = () => randomBytes(srtpKeyLength(suite));
    const [ours, theirs] = [keyOf(), keyOf()];
    const keys = {
      localMasterKey: theirs.subarray(0, 16),
      localMasterSalt: theirs.subarray(16),
      remoteMasterKey: ours.subarray(0, 16),
      remoteMasterSalt: ours.subarray(16),
    };
    const sender = new SrtpSender(suite, ours);
    const receiver = new SrtpReceiver(suite, theirs);
    const rtp = new SrtpSession({ profile, keys });
    for (const sequenceNumber of [65_533, 65_534, 65_535, 0, 1]) {
      const sealed = Buffer.from(protect(sender, packet(sequenceNumber)));
      expect(Buffer.compare(rtp.decrypt(sealed), packet(sequenceNumber))).toBe(0);
      const header = new RtpHeader({ payloadType: 8, sequenceNumber, timestamp: 5, ssrc: 3 });
      const sent = rtp.encrypt(new RtpPacket(header, Buffer.alloc(33, 1)).payload, header);
      expect(parseRtp(receiver.unprotectRtp(sent) ?? new Uint8Array())).toMatchObject({
        sequenceNumber,
        payload: Buffer.alloc(33, 1),
      });
    }
    const rtcp = new SrtcpSession({ profile, keys });
    const compound = Buffer.from([...report(9), ...report(9)]);
    expect(Buffer.compare(rtcp.decrypt(Buffer.from(sender.protectRtcp(compound))), compound)).toBe(
      0,
    );
    expect(receiver.unprotectRtcp(rtcp.encrypt(compound))).toEqual(compound);
  },
);
