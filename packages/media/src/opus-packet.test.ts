import { expect, test } from 'vitest';
import { dominantTone } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { createDecoder, createEncoder } from './audio-codec.ts';
import { isOpusDtx, opusTicks } from './opus-packet.ts';

test('the length of a packet is read from its first octets (RFC 6716 §3.1)', () => {
  const packet = (configuration: number, code: number, count = 0) =>
    Uint8Array.of((configuration << 3) | code, count, 0);
  expect([0, 1, 2, 3].map((c) => opusTicks(packet(c, 0)))).toEqual([480, 960, 1920, 2880]);
  expect([12, 13, 14, 15].map((c) => opusTicks(packet(c, 0)))).toEqual([480, 960, 480, 960]);
  expect([16, 17, 18, 19].map((c) => opusTicks(packet(c, 0)))).toEqual([120, 240, 480, 960]);
  expect(opusTicks(packet(1, 1))).toBe(1920);
  expect(opusTicks(packet(1, 2))).toBe(1920);
  expect(opusTicks(packet(1, 3, 3))).toBe(2880);
  expect(opusTicks(packet(3, 3, 3))).toBe(0);
  expect(opusTicks(packet(1, 3, 0))).toBe(0);
  expect(opusTicks(new Uint8Array(0))).toBe(0);
  expect([0, 1, 2, 3].map((length) => isOpusDtx(new Uint8Array(length)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test.each([
  [8000, 160],
  [16_000, 320],
] as const)('what the encoder makes at %i Hz is as long as what went in', async (rate, size) => {
  const encoder = await createEncoder('opus', { opusRate: rate, frameSize: size });
  expect(opusTicks(encoder.encode(new Int16Array(size)))).toBe(960);
  encoder.free();
});

test('a lost packet is recovered from the copy in the next one', async () => {
  const encoder = await createEncoder('opus', {
    opusRate: 8000,
    frameSize: 160,
    opus: { fec: true, bitrate: 24_000 },
  });
  encoder.expectLoss(20);
  const [recovering, guessing] = [
    await createDecoder('opus', 8000),
    await createDecoder('opus', 8000),
  ];
  // The tone changes in the very frame that is lost: no guess can know it.
  const [low, high] = [createSine({ frequency: 300 }), createSine({ frequency: 1200 })];
  const packets = Array.from({ length: 13 }, (_, i) => encoder.encode((i < 10 ? low : high)(160)));
  for (const packet of packets.slice(0, 11)) {
    recovering.decode(packet);
    guessing.decode(packet);
  }
  const recovered = dominantTone(recovering.conceal(160, packets[12]), 8000);
  const guessed = dominantTone(guessing.conceal(160), 8000);
  expect(Math.abs(recovered.frequency - 1200)).toBeLessThan(60);
  expect(recovered.level).toBeGreaterThan(guessed.level - 3);
  for (const codec of [encoder, recovering, guessing]) codec.free();
});
