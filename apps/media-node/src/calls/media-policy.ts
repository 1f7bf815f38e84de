import { randomBytes } from 'node:crypto';
import type { AudioCodec } from '@trunkline/contracts/media.ts';
import type { CodecName, RtpRemote } from '@trunkline/media/engine.ts';
import type { Codec } from '@trunkline/sip/sdp/codec.ts';
import type { CryptoAttribute } from '@trunkline/sip/sdp/crypto.ts';
import type { MediaCapabilities, NegotiatedMedia } from '@trunkline/sip/sdp/offer-answer.ts';
import type { LineGroupConfig } from '../config/tenant-model.ts';
import { mediaAddress } from './media-address.ts';

/** How a line group speaks to its PBX (VOX-116, VOX-117, VOX-120). */
export type MediaPolicy = Pick<LineGroupConfig, 'pbxCodecs' | 'clientCodecs' | 'srtp' | 'dtmf'>;

const packetMs = 20;
const telephoneEvent = { payloadType: 101, events: '0-15' };

const rtpCodecs: Readonly<Record<AudioCodec, Codec>> = {
  PCMA: { name: 'PCMA', payloadType: 8, clockRate: 8000 },
  PCMU: { name: 'PCMU', payloadType: 0, clockRate: 8000 },
  G722: { name: 'G722', payloadType: 9, clockRate: 8000 },
  opus: {
    name: 'opus',
    payloadType: 111,
    clockRate: 48_000,
    channels: 2,
    fmtp: 'useinbandfec=1',
  },
};

/** Suites both the stack and the engines know, best first, with the octets of key and salt. */
const suites = [
  ['AEAD_AES_128_GCM', 28],
  ['AES_CM_128_HMAC_SHA1_80', 30],
  ['AES_CM_128_HMAC_SHA1_32', 30],
] as const;

/** Fresh keys of ours, one line a suite (RFC 4568 §4). */
export function freshKeys(): CryptoAttribute[] {
  return suites.map(([suite, octets], index) => ({
    tag: index + 1,
    suite,
    keys: [{ keySalt: randomBytes(octets).toString('base64') }],
    sessionParams: [],
  }));
}

/** What an SDP towards the PBX may say. */
export function capabilitiesOf(o: {
  policy: MediaPolicy;
  address: string;
  port: number;
  direction: MediaCapabilities['direction'];
  keys: readonly CryptoAttribute[];
  session: MediaCapabilities['session'];
  previous: MediaCapabilities['previous'];
  /** Codecs to put first: those that need no transcoding (VOX-116). */
  first: readonly AudioCodec[];
}): MediaCapabilities {
  const { policy, first } = o;
  const order = [
    ...policy.pbxCodecs.filter((name) => first.includes(name)),
    ...policy.pbxCodecs.filter((name) => !first.includes(name)),
  ];
  return {
    address: o.address,
    port: o.port,
    codecs: order.map((name) => rtpCodecs[name]),
    // Keys go as events only where the group says so; else SIP INFO or tones carry them.
    ...(policy.dtmf === 'rfc4733' ? { telephoneEvent } : {}),
    direction: o.direction,
    ptime: packetMs,
    srtp: { mode: policy.srtp, local: o.keys },
    session: o.session,
    ...(first.length > 0 ? { preference: 'local' as const } : {}),
    ...(o.previous ? { previous: o.previous } : {}),
  };
}

/** The far side of an RTP leg as the engine takes it. */
export function remoteOf(o: {
  negotiated: NegotiatedMedia;
  policy: MediaPolicy;
  direction: RtpRemote['direction'];
  /** Where the PBX signals from, the surest first. */
  latchAddresses: readonly string[];
}): RtpRemote {
  const { negotiated, policy } = o;
  const { crypto, dtmf, codec } = negotiated;
  const suite = suites.find(([name]) => name === crypto?.local.suite)?.[0];
  const [localKey, remoteKey] = [crypto?.local.keys[0]?.keySalt, crypto?.remote.keys[0]?.keySalt];
  const place = mediaAddress(negotiated.remoteAddress, o.latchAddresses);
  const others = o.latchAddresses.filter((address) => address !== place);
  return {
    address: place,
    port: negotiated.remotePort,
    codec: codecName(codec),
    payloadType: negotiated.sendPayloadType,
    receivePayloadType: negotiated.receivePayloadType,
    ...(dtmf
      ? {
          dtmfPayloadType: dtmf.sendPayloadType,
          receiveDtmfPayloadType: dtmf.receivePayloadType,
          ...(dtmf.clockRate === codec.clockRate ? {} : { dtmfClockRate: dtmf.clockRate }),
        }
      : {}),
    keys: policy.dtmf === 'inband' ? 'inband' : dtmf ? 'rfc4733' : 'none',
    ...(policy.dtmf === 'inband' ? { detectInband: true } : {}),
    ...(codec.fmtp === undefined ? {} : { fmtp: codec.fmtp }),
    ...(suite && localKey && remoteKey ? { srtp: { suite, localKey, remoteKey } } : {}),
    direction: o.direction,
    ptimeMs: Math.min(60, Math.max(10, negotiated.ptime)),
    ...(negotiated.remoteRtcpPort === negotiated.remotePort
      ? { rtcpMux: true }
      : negotiated.remoteRtcpPort === negotiated.remotePort + 1
        ? {}
        : { rtcpPort: negotiated.remoteRtcpPort }),
    ...(others.length > 0 ? { latchAddresses: [...others] } : {}),
  };
}

export function codecName(codec: Codec): CodecName {
  const name = codec.name.toUpperCase();
  if (name === 'PCMU' || name === 'G722') return name;
  return name === 'OPUS' ? 'opus' : 'PCMA';
}
