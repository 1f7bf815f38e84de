/** Checks of what comes in through the port: call control passes on what strangers sent. */
import { isIP } from 'node:net';
import { isCodecName } from '../codec.ts';
import type {
  AnswerWebRtc,
  BridgeKind,
  BridgeSide,
  EngineSettings,
  KeyForm,
  RtpRemote,
  SrtpKeys,
  SrtpSuite,
} from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import { eventOfDigit } from '../rfc4733.ts';
import { srtpKeyLength } from './srtp.ts';

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
const KEY_FORMS: readonly string[] = ['rfc4733', 'inband', 'none'] satisfies KeyForm[];
const SRTP_SUITES: readonly string[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
] satisfies SrtpSuite[];
const MAX_FMTP_LENGTH = 256;
const MAX_LATCH_ADDRESSES = 8;
const MAX_ANNOUNCED_ADDRESSES = 8;

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new MediaEngineError('invalid-argument', what);
}

function isIntegerIn(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && isIP(value) !== 0;
}

export function checkBridgeId(bridgeId: unknown): asserts bridgeId is string {
  check(typeof bridgeId === 'string' && bridgeId.length > 0 && bridgeId.length <= 128, 'bridgeId');
}

export function checkRtpAddress(address: unknown): asserts address is string {
  check(isAddress(address), 'rtpAddress must be an IP address');
}

export function checkKind(kind: unknown): asserts kind is BridgeKind | undefined {
  check(kind === undefined || kind === 'webrtc' || kind === 'relay', 'kind');
}

export function checkOffer({ offerSdp, codecs, preferred }: AnswerWebRtc): void {
  check(typeof offerSdp === 'string', 'offerSdp');
  check(
    codecs === undefined ||
      (Array.isArray(codecs) &&
        codecs.length > 0 &&
        codecs.length <= 8 &&
        codecs.every(isCodecName)),
    'codecs must be 1-8 names of codecs',
  );
  check(preferred === undefined || isCodecName(preferred), 'preferred');
}

export function checkRemote(remote: RtpRemote): void {
  check(typeof remote === 'object' && remote !== null, 'remote');
  check(isAddress(remote.address), 'remote.address must be an IP address');
  check(isIntegerIn(remote.port, 1, 65535), 'remote.port');
  check(isCodecName(remote.codec), 'remote.codec');
  check(isIntegerIn(remote.payloadType, 0, 127), 'remote.payloadType');
  const { dtmfPayloadType, latchAddresses, rtcpPort } = remote;
  check(
    dtmfPayloadType === undefined ||
      (isIntegerIn(dtmfPayloadType, 0, 127) && dtmfPayloadType !== remote.payloadType),
    'remote.dtmfPayloadType',
  );
  const { dtmfClockRate } = remote;
  check(
    dtmfClockRate === undefined || isIntegerIn(dtmfClockRate, 8_000, 48_000),
    'remote.dtmfClockRate',
  );
  for (const name of ['receivePayloadType', 'receiveDtmfPayloadType'] as const) {
    check(remote[name] === undefined || isIntegerIn(remote[name], 0, 127), `remote.${name}`);
  }
  check(remote.keys === undefined || KEY_FORMS.includes(remote.keys), 'remote.keys');
  check(
    remote.keys !== 'rfc4733' || dtmfPayloadType !== undefined,
    'remote.keys rfc4733 needs a dtmfPayloadType',
  );
  for (const name of ['detectInband', 'rtcpMux'] as const) {
    check(remote[name] === undefined || typeof remote[name] === 'boolean', `remote.${name}`);
  }
  const { fmtp, ptimeMs, srtp } = remote;
  check(
    fmtp === undefined || (typeof fmtp === 'string' && fmtp.length <= MAX_FMTP_LENGTH),
    'remote.fmtp',
  );
  check(ptimeMs === undefined || isIntegerIn(ptimeMs, 1, 1000), 'remote.ptimeMs');
  if (srtp !== undefined) checkSrtp(srtp);
  check(DIRECTIONS.includes(remote.direction), 'remote.direction');
  check(rtcpPort === undefined || isIntegerIn(rtcpPort, 1, 65535), 'remote.rtcpPort');
  check(
    latchAddresses === undefined ||
      (Array.isArray(latchAddresses) &&
        latchAddresses.length <= MAX_LATCH_ADDRESSES &&
        latchAddresses.every(isAddress)),
    'remote.latchAddresses',
  );
}

/** Says nothing of the keys themselves: the error may be logged. */
function checkSrtp(srtp: SrtpKeys): void {
  check(typeof srtp === 'object' && srtp !== null, 'remote.srtp');
  check(SRTP_SUITES.includes(srtp.suite), 'remote.srtp.suite');
  for (const name of ['localKey', 'remoteKey'] as const) {
    check(
      typeof srtp[name] === 'string' &&
        /^[A-Za-z0-9+/]{32,48}={0,2}$/.test(srtp[name]) &&
        Buffer.from(srtp[name], 'base64').length === srtpKeyLength(srtp.suite),
      `remote.srtp.${name} must be base64 of key and salt`,
    );
  }
}

export function checkSide(side: unknown): asserts side is BridgeSide | undefined {
  check(side === undefined || side === 'webrtc' || side === 'rtp' || side === 'far', 'side');
}

export function checkDtmfMode(mode: unknown): asserts mode is 'rfc4733' | 'inband' | undefined {
  check(mode === undefined || mode === 'rfc4733' || mode === 'inband', 'mode');
}

export function checkDtmf(
  digits: unknown,
  toneMs: number,
  gapMs: number,
): asserts digits is string {
  check(
    typeof digits === 'string' &&
      digits.length <= 64 &&
      [...digits].every((digit) => eventOfDigit(digit) !== undefined),
    'digits must be at most 64 of 0-9 * # A-D',
  );
  check(isIntegerIn(toneMs, 40, 6000), 'toneMs must be 40-6000');
  check(isIntegerIn(gapMs, 30, 6000), 'gapMs must be 30-6000');
}

export function checkSettings(settings: EngineSettings): void {
  const { announcedAddresses, rtpPortMin, rtpPortMax, icePortRange } = settings;
  check(
    announcedAddresses.length > 0 &&
      announcedAddresses.length <= MAX_ANNOUNCED_ADDRESSES &&
      announcedAddresses.every(isAddress),
    'announcedAddresses must be 1-8 IP addresses',
  );
  const anyPort = rtpPortMin === 0 && rtpPortMax === 0;
  check(
    anyPort || (isIntegerIn(rtpPortMin, 1024, 65534) && isIntegerIn(rtpPortMax, rtpPortMin, 65535)),
    'rtpPortMin and rtpPortMax must be 1024-65535, or both 0',
  );
  check(
    icePortRange === undefined ||
      (isIntegerIn(icePortRange.min, 1024, 65535) &&
        isIntegerIn(icePortRange.max, icePortRange.min, 65535)),
    'icePortRange',
  );
  check(isIntegerIn(settings.maxBridges, 1, 10_000), 'maxBridges must be 1-10000');
  const { bitrate, complexity, fec, dtx, application } = settings.opus ?? {};
  check(bitrate === undefined || isIntegerIn(bitrate, 6000, 128_000), 'opus.bitrate');
  check(complexity === undefined || isIntegerIn(complexity, 0, 10), 'opus.complexity');
  check(fec === undefined || typeof fec === 'boolean', 'opus.fec');
  check(dtx === undefined || typeof dtx === 'boolean', 'opus.dtx');
  check(
    application === undefined || application === 'voip' || application === 'audio',
    'opus.application',
  );
  for (const name of ['silentAfterMs', 'idleLimitMs', 'latchWindowMs'] as const) {
    const value = settings[name];
    check(value === undefined || isIntegerIn(value, 100, 86_400_000), name);
  }
}
