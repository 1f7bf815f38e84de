import type { CodecName } from './engine.ts';

/** What an engine must know of a codec to describe and carry it. */
export interface CodecDescription {
  /** Encoding name in SDP (`a=rtpmap`, compared without case). */
  name: CodecName;
  /** RTP clock in Hz, which is not always the sampling rate (G.722: RFC 3551 §4.5.2). */
  clockRate: number;
  /** Sampling rate in Hz of the audio the codec carries; of Opus the highest. */
  sampleRate: number;
  /** Number of channels in `a=rtpmap`: always 2 for Opus, also when it is mono (RFC 7587 §7). */
  channels: number;
  /** Static payload type of RFC 3551 §6; undefined for a dynamic one. */
  staticPayloadType: number | undefined;
}

/** Every codec of the port, in the order of G.711 first. */
export const CODECS: readonly CodecDescription[] = [
  { name: 'PCMA', clockRate: 8000, sampleRate: 8000, channels: 1, staticPayloadType: 8 },
  { name: 'PCMU', clockRate: 8000, sampleRate: 8000, channels: 1, staticPayloadType: 0 },
  { name: 'G722', clockRate: 8000, sampleRate: 16000, channels: 1, staticPayloadType: 9 },
  { name: 'opus', clockRate: 48000, sampleRate: 48000, channels: 2, staticPayloadType: undefined },
];

/** The codecs of G.711. */
export type G711Law = 'PCMA' | 'PCMU';

/** Tells the laws of G.711 from the other codecs. */
export function isG711(name: CodecName): name is G711Law {
  return name === 'PCMA' || name === 'PCMU';
}

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
