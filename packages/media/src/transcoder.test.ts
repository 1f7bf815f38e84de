import { describe, expect, test } from 'vitest';
import { dominantTone } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { createDecoder, createEncoder, ticksOf } from './audio-codec.ts';
import { describeCodec } from './codec.ts';
import type { CodecName } from './engine.ts';
import type { RtpPacket } from './rtp.ts';
import { createTranscoder } from './transcoder.ts';

const PAIRS: [CodecName, CodecName][] = [
  ['PCMA', 'opus'],
  ['PCMU', 'opus'],
  ['G722', 'opus'],
  ['opus', 'PCMA'],
  ['opus', 'PCMU'],
  ['opus', 'G722'],
  ['G722', 'PCMA'],
  ['PCMU', 'G722'],
];

/** 20 ms packets of a sine in a codec. */
async function source(codec: CodecName, count: number, frequency = 1000) {
  const rate = codec === 'opus' || codec === 'G722' ? 16_000 : 8_000;
  const encoder = await createEncoder(codec, { opusRate: 16_000, frameSize: rate / 50 });
  const sine = createSine({ frequency, sampleRate: rate });
  const step = describeCodec(codec).clockRate / 50;
  const packets: RtpPacket[] = Array.from({ length: count }, (_, i) => ({
    payloadType: 0,
    marker: i === 0,
    sequenceNumber: (65_500 + i) & 0xffff,
    timestamp: (2 ** 32 - 5000 + i * step) >>> 0,
    ssrc: 5,
    payload: encoder.encode(sine(rate / 50)),
  }));
  encoder.free();
  return packets;
}

async function decodeAll(codec: CodecName, packets: readonly RtpPacket[], rate: 8000 | 16000) {
  const decoder = await createDecoder(codec, rate);
  const samples = packets.flatMap(({ payload }) => [...(decoder.decode(payload) ?? [])]);
  decoder.free();
  return { samples: Int16Array.from(samples), rate: decoder.sampleRate };
}

/** Sends packets through a transcoder, one every 20 ms. */
async function through(
  from: CodecName,
  to: CodecName,
  packets: readonly RtpPacket[],
  ptimeMs?: number,
) {
  const sent: RtpPacket[] = [];
  const transcoder = await createTranscoder({
    from,
    to,
    send: (packet) => sent.push(packet),
    ...(ptimeMs === undefined ? {} : { ptimeMs }),
  });
  const first = packets[0] as RtpPacket;
  const clock = describeCodec(from).clockRate / 1000;
  let now = 0;
  for (const packet of packets) {
    const at = ((packet.timestamp - first.timestamp) | 0) / clock;
    for (; now < at; now += 5) transcoder.poll(now);
    transcoder.push(packet, now);
  }
  for (let end = now + 100; now < end; now += 5) transcoder.poll(now);
  transcoder.close();
  return sent;
}

describe.each(PAIRS)('LIN-073 from %s to %s', (from, to) => {
  test('the tone stays, at its level, with one packet for each', async () => {
    const packets = await source(from, 60);
    const sent = await through(from, to, packets);
    // Three frames are made up when the source falls silent.
    expect(sent).toHaveLength(63);
    const { samples, rate } = await decodeAll(to, sent.slice(10, 60), 16_000);
    const heard = dominantTone(samples, rate);
    expect(Math.abs(heard.frequency - 1000)).toBeLessThan(3);
    expect(heard.share).toBeGreaterThan(0.95);
    const original = await decodeAll(from, packets.slice(10), 16_000);
    expect(
      Math.abs(heard.level - dominantTone(original.samples, original.rate).level),
    ).toBeLessThan(1.5);
  });

  test('numbers follow each other and the clock is the codec’s own (RFC 3551 §4.5.2, RFC 7587 §4.1)', async () => {
    const sent = await through(from, to, await source(from, 30));
    const step = describeCodec(to).clockRate / 50;
    sent.slice(1).forEach((packet, i) => {
      const before = sent[i] as RtpPacket;
      expect((packet.sequenceNumber - before.sequenceNumber) & 0xffff).toBe(1);
      expect((packet.timestamp - before.timestamp) >>> 0).toBe(step);
      expect(packet.marker).toBe(false);
      expect(ticksOf(to, packet.payload)).toBe(step);
    });
    expect(sent[0]?.marker).toBe(true);
  });

  test('VOX-122 of 8 % lost packets the tone is still what is heard', async () => {
    const packets = await source(from, 200, 800);
    const sent = await through(
      from,
      to,
      packets.filter((_, i) => i % 25 !== 7 && i % 25 !== 18),
    );
    expect(sent).toHaveLength(203);
    const { samples: all, rate } = await decodeAll(to, sent, 16_000);
    const frame = rate / 50;
    const samples = all.subarray(20 * frame, 200 * frame);
    const heard = dominantTone(samples, rate);
    expect(Math.abs(heard.frequency - 800)).toBeLessThan(3);
    expect(heard.share).toBeGreaterThan(0.8);
    // No frame fell silent. Opus without a copy of the lost frame fades a pure tone faster.
    const allowedDip = from === 'opus' ? 20 : 6;
    for (let at = 0; at + frame <= samples.length; at += frame) {
      const { level } = dominantTone(samples.subarray(at, at + frame), rate);
      expect(level).toBeGreaterThan(heard.level - allowedDip);
    }
  });
});

test('packets of 30 ms in, packets of 20 ms out, and the other way round', async () => {
  const packets = await source('PCMA', 60);
  const joined = Array.from({ length: 40 }, (_, i) => {
    const octets = packets.flatMap(({ payload }) => [...payload]).slice(240 * i, 240 * (i + 1));
    const { timestamp } = packets[0] as RtpPacket;
    return {
      ...(packets[i] as RtpPacket),
      timestamp: (timestamp + 240 * i) >>> 0,
      payload: Uint8Array.from(octets),
    };
  });
  const opus = await through('PCMA', 'opus', joined);
  expect(opus.length).toBeGreaterThanOrEqual(60);
  const { samples, rate } = await decodeAll('opus', opus.slice(10, 60), 16_000);
  expect(dominantTone(samples, rate).frequency).toBeCloseTo(1000, -1);
  const alaw = await through('opus', 'PCMA', await source('opus', 60), 30);
  expect(alaw.slice(1, 30).map(({ payload }) => payload.length)).toEqual(
    Array.from({ length: 29 }, () => 240),
  );
});

test('a malformed Opus packet is left out and what follows is heard', async () => {
  const packets = await source('opus', 60);
  const spoilt = packets.map((packet, i) =>
    i === 10 ? { ...packet, payload: Uint8Array.of(0xff, 0xff, 0xff) } : packet,
  );
  const sent = await through('opus', 'PCMA', spoilt);
  const { samples, rate } = await decodeAll('PCMA', sent.slice(20, 59), 8000);
  expect(dominantTone(samples, rate).frequency).toBeCloseTo(1000, -1);
});
