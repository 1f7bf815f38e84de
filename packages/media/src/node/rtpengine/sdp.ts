/** The SDP the adapter and rtpengine tell each other; no party ever sees any of it but the browser. */
import { isIPv6 } from 'node:net';
import { describeCodec } from '../../codec.ts';
import type { CodecName, MediaDirection, RtpLocal, RtpRemote } from '../../engine.ts';
import { MediaEngineError } from '../../engine-error.ts';
import type { WebOffer } from '../../web-offer.ts';

/** What one side of a call in rtpengine speaks. */
export interface Formats {
  codec: CodecName;
  payloadType: number;
  /** Payload type of telephone-event at the codec's clock. */
  dtmfPayloadType?: number | undefined;
  fmtp?: string | undefined;
  /** Those the side uses towards us, where it does not use its own. */
  receivePayloadType?: number | undefined;
  receiveDtmfPayloadType?: number | undefined;
}

/** An address nobody has (RFC 5737, RFC 3849), for a side that is not known yet. */
const NOBODY = { v4: '192.0.2.1', v6: '2001:db8::1', port: 9 };

/** The far side's direction when ours is known (RFC 3264 §6.1). */
const MIRRORED: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

interface Format {
  payloadType: number;
  rtpmap: string;
  fmtp?: string | undefined;
}

function formatsOf(formats: Formats): Format[] {
  const { codec, payloadType, dtmfPayloadType, fmtp } = formats;
  const { receivePayloadType, receiveDtmfPayloadType } = formats;
  const { name, clockRate, channels } = describeCodec(codec);
  const rtpmap = `${name}/${clockRate}${channels > 1 ? `/${channels}` : ''}`;
  const event = `telephone-event/${clockRate}`;
  const all: [number | undefined, string, string | undefined][] = [
    [payloadType, rtpmap, fmtp],
    [dtmfPayloadType, event, '0-15'],
    [receivePayloadType, rtpmap, fmtp],
    [receiveDtmfPayloadType, event, '0-15'],
  ];
  const listed: Format[] = [];
  for (const [number, map, parameters] of all) {
    if (number === undefined || listed.some((format) => format.payloadType === number)) continue;
    listed.push({ payloadType: number, rtpmap: map, fmtp: parameters });
  }
  return listed;
}

/**
 * The formats a side is offered with: its own, and those of the other side under the other side's
 * payload types, so that rtpengine takes packets of either and sends each side its own numbers.
 * What rtpengine has to transcode is left out but for telephone-event.
 */
function offeredFormats(own: Formats, others: readonly (Formats | undefined)[]): Format[] {
  const formats = formatsOf(own);
  for (const other of others) {
    for (const format of other === undefined ? [] : formatsOf(other)) {
      const isEvent = format.rtpmap.startsWith('telephone-event');
      const isTaken = formats.some(({ payloadType }) => payloadType === format.payloadType);
      if (!isTaken && (isEvent || own.codec === other?.codec)) formats.push(format);
    }
  }
  return formats;
}

function formatLines(formats: readonly Format[]): string[] {
  return formats.flatMap(({ payloadType, rtpmap, fmtp }) => [
    `a=rtpmap:${payloadType} ${rtpmap}`,
    ...(fmtp === undefined ? [] : [`a=fmtp:${payloadType} ${fmtp}`]),
  ]);
}

function description(o: {
  address: string;
  port: number;
  protocol: string;
  formats: readonly Format[];
  direction: MediaDirection;
  more?: readonly string[];
}): string {
  const family = isIPv6(o.address) ? 'IP6' : 'IP4';
  const numbers = o.formats.map(({ payloadType }) => payloadType).join(' ');
  return [
    'v=0',
    `o=- 1 1 IN ${family} ${o.address}`,
    's=-',
    `c=IN ${family} ${o.address}`,
    't=0 0',
    `m=audio ${o.port} ${o.protocol} ${numbers}`,
    ...formatLines(o.formats),
    `a=${o.direction}`,
    ...(o.more ?? []),
    '',
  ].join('\r\n');
}

/** A side that is not known yet: nothing comes from there and nothing goes there. */
export function nobodySdp(
  family: 4 | 6,
  formats: Formats,
  ...others: (Formats | undefined)[]
): string {
  return description({
    address: family === 6 ? NOBODY.v6 : NOBODY.v4,
    port: NOBODY.port,
    protocol: 'RTP/AVP',
    formats: offeredFormats(formats, others),
    direction: 'inactive',
  });
}

/** A plain side within the machine that rtpengine runs on: another call of its own. */
export function plainSdp(
  local: RtpLocal,
  formats: Formats,
  ...others: (Formats | undefined)[]
): string {
  return description({
    ...local,
    protocol: 'RTP/AVP',
    formats: offeredFormats(formats, others),
    direction: 'sendrecv',
  });
}

/** The far side of an RTP leg, as it would have written it. */
export function remoteSdp(remote: RtpRemote): string {
  const { srtp, rtcpPort, rtcpMux, ptimeMs } = remote;
  return description({
    address: remote.address,
    port: remote.port,
    protocol: srtp === undefined ? 'RTP/AVP' : 'RTP/SAVP',
    formats: formatsOf(remote),
    direction: MIRRORED[remote.direction],
    more: [
      ...(ptimeMs === undefined ? [] : [`a=ptime:${ptimeMs}`]),
      ...(rtcpPort === undefined ? [] : [`a=rtcp:${rtcpPort}`]),
      ...(rtcpMux === true ? ['a=rtcp-mux'] : []),
      ...(srtp === undefined ? [] : [keyLine(srtp.suite, srtp.remoteKey)]),
    ],
  });
}

/**
 * An SDES key. rtpengine offers the keys it was offered to the other side, and this is how it is
 * given ours for an RTP leg: in the SDP of the side opposite.
 */
export function keyLine(suite: string, key: string): string {
  return `a=crypto:1 ${suite} inline:${key}`;
}

/** An SDP with further attributes of its one media section. */
export function withLines(sdp: string, lines: readonly string[]): string {
  return [sdp.replace(/(?:\r\n)+$/, ''), ...lines, ''].join('\r\n');
}

/** The browser's offer as rtpengine is told it. */
export function browserSdp(offer: WebOffer, other: Formats | undefined): string {
  const formats = offeredFormats(offer, [other]);
  const lines = offer.reducedSdp.split('\r\n').filter((line) => line !== '');
  const kept = lines.filter(
    (line) => !/^a=(?:rtpmap|fmtp|rtcp-fb|extmap|extmap-allow-mixed)\b/.test(line),
  );
  const section = kept.findIndex((line) => line.startsWith('m='));
  const [kind, port, protocol] = (kept[section] as string).split(' ');
  const numbers = formats.map(({ payloadType }) => payloadType).join(' ');
  kept[section] = `${kind} ${port} ${protocol} ${numbers}`;
  return withLines(kept.join('\r\n'), formatLines(formats));
}

/**
 * The answer to the browser out of rtpengine's: with the codec, payload types and direction the
 * browser agreed on, and the BUNDLE group rtpengine leaves out though Chromium insists on it.
 * @throws MediaEngineError `internal` when rtpengine answered without ICE and DTLS
 */
export function browserAnswer(answer: string, offer: WebOffer): string {
  const lines = answer.split('\r\n').filter((line) => line !== '');
  const start = lines.findIndex((line) => line.startsWith('m='));
  const isUsable = ['a=ice-ufrag:', 'a=fingerprint:', 'a=candidate:'].every((prefix) =>
    lines.some((line) => line.startsWith(prefix)),
  );
  if (start < 0 || !isUsable) {
    throw new MediaEngineError('internal', 'rtpengine answered the browser without ICE or DTLS');
  }
  const mid = /^a=mid:(\S+)/m.exec(offer.reducedSdp)?.[1] ?? '0';
  const formats = formatsOf(offer);
  const [kind, port, protocol] = (lines[start] as string).split(' ');
  const numbers = formats.map(({ payloadType }) => payloadType).join(' ');
  const section = lines.slice(start + 1).filter((line) => !isReplaced(line));
  return [
    ...lines.slice(0, start).filter((line) => !line.startsWith('a=group:')),
    `a=group:BUNDLE ${mid}`,
    `${kind} ${port} ${protocol} ${numbers}`,
    ...section,
    `a=mid:${mid}`,
    'a=sendrecv',
    ...formatLines(formats),
    '',
  ].join('\r\n');
}

function isReplaced(line: string): boolean {
  return /^a=(?:rtpmap|fmtp|rtcp|mid|crypto|extmap|ssrc|msid|sendrecv|sendonly|recvonly|inactive)(?!-)\b/.test(
    line,
  );
}

/** Where rtpengine waits for a side. @throws MediaEngineError `internal` */
export function localOf(sdp: string): RtpLocal {
  const address = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
  const port = Number(/^m=audio (\d+) /m.exec(sdp)?.[1]);
  if (address === undefined || !(port > 0)) {
    throw new MediaEngineError('internal', 'rtpengine named no port');
  }
  return { address, port };
}
