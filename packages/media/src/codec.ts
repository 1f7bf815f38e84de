import type { CodecName } from './engine.ts';

/** What an engine must know of a codec to describe and carry it. */
export interface CodecDescription {
  /** Encoding name in SDP (`a=rtpmap`, compared without case). */
  name: CodecName;
  /** RTP clock in Hz, which is not always the sampling rate (G.722: RFC 3551 §4.5.2). */
  clockRate: number;
  /** Number of channels in `a=rtpmap`. */
  channels: number;
  /** Static payload type of RFC 3551 §6. */
  staticPayloadType: number;
}

/** Every codec of the port, the preferred one first. */
export const CODECS: readonly CodecDescription[] = [
  { name: 'PCMA', clockRate: 8000, channels: 1, staticPayloadType: 8 },
  { name: 'PCMU', clockRate: 8000, channels: 1, staticPayloadType: 0 },
];

/** Describes a codec by name. */
export function describeCodec(name: CodecName): CodecDescription {
  const found = CODECS.find((codec) => codec.name === name);
  if (found === undefined) throw new RangeError(`unknown codec ${name}`);
  return found;
}

/** The codec a static payload type stands for (RFC 3551 §6), or undefined. */
export function codecOfStaticPayloadType(payloadType: number): CodecName | undefined {
  return CODECS.find((codec) => codec.staticPayloadType === payloadType)?.name;
}

/** Tells a codec name from any other text. */
export function isCodecName(text: unknown): text is CodecName {
  return CODECS.some((codec) => codec.name === text);
}
