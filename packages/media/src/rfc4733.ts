/** Telephone events: DTMF as RTP payload (RFC 4733 §2). */
import { readUint16, timestampDistance, writeUint16 } from './rtp.ts';

/** Keys in the order of their event codes 0–15 (RFC 4733 §3.2). */
const KEYS = '0123456789*#ABCD';
const PAYLOAD_LENGTH = 4;
/** Packets of an event follow each other at the audio packet time. */
const UPDATE_MS = 20;
/** The final packet is sent three times (RFC 4733 §2.5.1.4). */
const FINAL_PACKETS = 3;
/** Of 16 bits. */
const MAX_DURATION = 0xffff;
const MAX_TONE_MS = 8191;
/** −10 dBm0, a usual level of DTMF generators. */
const DEFAULT_VOLUME = 10;

export interface TelephoneEvent {
  /** Event code, 0–255; 0–15 are keys. */
  event: number;
  /** The event is over and `duration` final. */
  end: boolean;
  /** Level as −dBm0, 0–63. */
  volume: number;
  /** In timestamp units since the event began, 16-bit. */
  duration: number;
}

/** Parses the payload of a telephone-event packet; null when too short. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent | null {
  if (payload.length < PAYLOAD_LENGTH) return null;
  const flags = payload[1] as number;
  return {
    event: payload[0] as number,
    end: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    duration: readUint16(payload, 2),
  };
}

/** Serialises the payload of a telephone-event packet. */
export function serializeTelephoneEvent(event: TelephoneEvent): Uint8Array {
  const payload = new Uint8Array(PAYLOAD_LENGTH);
  payload[0] = event.event;
  payload[1] = (event.end ? 0x80 : 0) | (event.volume & 0x3f);
  writeUint16(payload, 2, event.duration);
  return payload;
}

/** Event code of a key, or undefined when it is none; `a`–`d` count as `A`–`D`. */
export function eventOfDigit(digit: string): number | undefined {
  const event = digit.length === 1 ? KEYS.indexOf(digit.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/** Key of an event code, or undefined for events that are no key (flash, fax tones). */
export function digitOfEvent(event: number): string | undefined {
  return KEYS[event];
}

/** One packet of an event to send. */
export interface TelephoneEventStep {
  /** When to send it, ms after the first packet. */
  atMs: number;
  marker: boolean;
  payload: Uint8Array;
}

/**
 * The packets of one key press: one every 20 ms, the first marked, the last sent three times. All
 * carry the timestamp at which the event began.
 * A tone longer than the 16-bit duration holds at the clock keeps the greatest from there on.
 * @param digit `0-9 * # A-D`
 * @param toneMs length of the tone, at most 8191 ms
 * @param clockRate of the audio codec beside it, Hz
 */
export function telephoneEventSteps(
  digit: string,
  toneMs: number,
  clockRate = 8000,
): TelephoneEventStep[] {
  const event = eventOfDigit(digit);
  if (event === undefined) throw new RangeError('not a DTMF key');
  if (!(toneMs > 0 && toneMs <= MAX_TONE_MS)) throw new RangeError('toneMs out of range');
  const steps: TelephoneEventStep[] = [];
  const add = (atMs: number, end: boolean) => {
    const ticks = (Math.min(atMs + UPDATE_MS, toneMs) * clockRate) / 1000;
    const duration = Math.min(MAX_DURATION, Math.round(ticks));
    const payload = serializeTelephoneEvent({ event, end, volume: DEFAULT_VOLUME, duration });
    steps.push({ atMs, marker: steps.length === 0, payload });
  };
  let at = 0;
  for (; at + UPDATE_MS < toneMs; at += UPDATE_MS) add(at, false);
  for (let i = 0; i < FINAL_PACKETS; i++) add(at + i * UPDATE_MS, true);
  return steps;
}

/** The payload of a telephone-event packet for a stream of another clock; null when too short. */
export function rescaleTelephoneEvent(
  payload: Uint8Array,
  fromClock: number,
  toClock: number,
): Uint8Array | null {
  const event = parseTelephoneEvent(payload);
  if (event === null) return null;
  const duration = Math.min(MAX_DURATION, Math.round((event.duration * toClock) / fromClock));
  return serializeTelephoneEvent({ ...event, duration });
}

/**
 * Turns received telephone-event packets into key presses: one for each event timestamp, at its
 * first packet that arrives, however many of the others are lost, repeated or late.
 */
export class TelephoneEventReceiver {
  #ssrc: number | undefined;
  #timestamp = 0;

  /** Takes one packet; returns the key when a new press begins with it. */
  push(packet: { ssrc: number; timestamp: number; payload: Uint8Array }): string | undefined {
    const parsed = parseTelephoneEvent(packet.payload);
    if (parsed === null) return undefined;
    const known = packet.ssrc === this.#ssrc;
    if (known && timestampDistance(packet.timestamp, this.#timestamp) <= 0) return undefined;
    this.#ssrc = packet.ssrc;
    this.#timestamp = packet.timestamp;
    return digitOfEvent(parsed.event);
  }
}
