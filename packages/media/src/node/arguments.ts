/** Checks of what comes in through the port: call control passes on what strangers sent. */
import { isIP } from 'node:net';
import { isCodecName, isG711 } from '../codec.ts';
import type { EngineSettings, RtpRemote } from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import { eventOfDigit } from '../rfc4733.ts';

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
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

export function checkOffer(offerSdp: unknown, preferred: unknown): void {
  check(typeof offerSdp === 'string', 'offerSdp');
  check(preferred === undefined || isCodecName(preferred), 'preferred');
}

export function checkRemote(remote: RtpRemote): void {
  check(typeof remote === 'object' && remote !== null, 'remote');
  check(isAddress(remote.address), 'remote.address must be an IP address');
  check(isIntegerIn(remote.port, 1, 65535), 'remote.port');
  check(isCodecName(remote.codec) && isG711(remote.codec), 'remote.codec');
  check(isIntegerIn(remote.payloadType, 0, 127), 'remote.payloadType');
  const { dtmfPayloadType, latchAddresses, rtcpPort } = remote;
  check(
    dtmfPayloadType === undefined ||
      (isIntegerIn(dtmfPayloadType, 0, 127) && dtmfPayloadType !== remote.payloadType),
    'remote.dtmfPayloadType',
  );
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
  for (const name of ['silentAfterMs', 'idleLimitMs', 'latchWindowMs'] as const) {
    const value = settings[name];
    check(value === undefined || isIntegerIn(value, 100, 86_400_000), name);
  }
}
