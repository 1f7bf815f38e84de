/** Keys in every form between the legs of the embedded engine, and the quality it tells. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DtmfDetector } from '../dtmf-tones.ts';
import type { CodecName, RtpRemote } from '../engine.ts';
import type { RtpEndpoint } from './rtp-endpoint.ts';
import {
  afterTest,
  call,
  cleanUp,
  openPhone,
  record,
  remoteOf,
  startEngine,
  tone,
  WAIT,
} from './testing/engine-fixture.ts';

afterEach(cleanUp);

const KEYS = '159#';
const PAYLOAD_TYPES: Record<CodecName, number> = { PCMA: 8, PCMU: 0, G722: 9, opus: 96 };

/** A relay of two telephones, `rtp` and `far`. */
async function relay(rtp: Partial<RtpRemote>, far: Partial<RtpRemote>) {
  const engine = await startEngine();
  const keys = record(engine, 'dtmf');
  const created = await engine.createBridge({
    bridgeId: 'b1',
    rtpAddress: '127.0.0.1',
    kind: 'relay',
  });
  const join = async (side: 'rtp' | 'far', more: Partial<RtpRemote>) => {
    const phone = await openPhone();
    const codec = more.codec ?? 'PCMA';
    const common = { codec, payloadType: PAYLOAD_TYPES[codec] };
    const port = (side === 'rtp' ? created.rtp : created.far)?.port ?? 0;
    phone.setRemote(remoteOf(phone, { ...common, port }));
    await engine.setRtpRemote({
      bridgeId: 'b1',
      side,
      remote: remoteOf(phone, { ...common, ...more }),
    });
    return phone;
  };
  return { engine, keys, rtp: await join('rtp', rtp), far: await join('far', far) };
}

/** Keys an endpoint hears as events and as tones. */
function hearKeys(phone: RtpEndpoint) {
  const heard = { events: '', tones: '' };
  const detector = new DtmfDetector(8000);
  afterTest(phone.onDtmf((digit) => (heard.events += digit)));
  afterTest(phone.onAudio((samples) => (heard.tones += detector.push(samples))));
  return heard;
}

/** Long enough for a second telling of the last key to have come. */
const afterTheLast = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('VOX-120 keys', () => {
  test.each<CodecName>(['PCMA', 'G722', 'opus'])(
    'pressed as tones are told once and reach a side that takes events as events, once (%s)',
    async (codec) => {
      const { keys, rtp, far } = await relay({ codec, detectInband: true }, {});
      const heard = hearKeys(far);
      void rtp.play(tone(300));
      await vi.waitFor(() => expect(far.stats().received.packets).toBeGreaterThan(5), WAIT);
      await rtp.sendDtmf(KEYS, { mode: 'inband' });
      await vi.waitFor(() => expect(heard.events).toBe(KEYS), WAIT);
      await afterTheLast();
      expect(heard).toEqual({ events: KEYS, tones: '' });
      expect(keys.map(({ side, digit }) => `${side} ${digit}`)).toEqual(
        [...KEYS].map((digit) => `rtp ${digit}`),
      );
    },
  );

  test.each<CodecName>(['PCMA', 'opus'])(
    'pressed as events reach a side that takes none as tones, once (%s)',
    async (codec) => {
      const { keys, rtp, far } = await relay({}, { codec, keys: 'inband' });
      const heard = hearKeys(far);
      void rtp.play(tone(300));
      await vi.waitFor(() => expect(far.stats().received.packets).toBeGreaterThan(5), WAIT);
      for (const digit of KEYS) await rtp.sendDtmf(digit, { gapMs: 150 });
      await vi.waitFor(() => expect(heard.tones).toBe(KEYS), WAIT);
      await afterTheLast();
      expect(heard).toEqual({ events: '', tones: KEYS });
      expect(keys).toHaveLength(KEYS.length);
    },
  );

  test('pressed both as events and as tones are told once', async () => {
    const { keys, rtp, far } = await relay({ detectInband: true }, {});
    const heard = hearKeys(far);
    void rtp.play(tone(300));
    await rtp.sendDtmf('1');
    await rtp.sendDtmf('2', { mode: 'inband' });
    await rtp.sendDtmf('3');
    await vi.waitFor(() => expect(heard.events).toBe('13'), WAIT);
    await afterTheLast();
    // A side that has sent events is not listened to for tones: these stay audio.
    expect(keys.map(({ digit }) => digit)).toEqual(['1', '3']);
    expect(heard.tones).toBe('2');
  });

  test('for nobody stop where they are told, for SIP INFO', async () => {
    const { keys, rtp, far } = await relay({}, { keys: 'none' });
    const heard = hearKeys(far);
    await rtp.sendDtmf(KEYS);
    await vi.waitFor(() => expect(keys).toHaveLength(KEYS.length), WAIT);
    await afterTheLast();
    expect(heard).toEqual({ events: '', tones: '' });
  });

  test('are sent as tones on request, to the telephone and to the browser', async () => {
    const running = await call();
    const heard = hearKeys(running.phone);
    running.peer.play(300);
    await running.engine.sendDtmf({ bridgeId: 'b1', digits: KEYS, mode: 'inband' });
    await vi.waitFor(() => expect(heard.tones).toBe(KEYS), WAIT);
    expect(heard.events).toBe('');
    running.peer.forget();
    await running.engine.sendDtmf({
      bridgeId: 'b1',
      side: 'webrtc',
      digits: '5',
      toneMs: 600,
      mode: 'inband',
    });
    // 770 and 1336 Hz; either may be found the louder.
    const found = Math.round(running.peer.hearing.frequency);
    expect(Math.min(Math.abs(found - 770), Math.abs(found - 1336))).toBeLessThan(6);
  });
});

test('VOX-122 quality is told for each side from the first second on, and kept in the figures', async () => {
  const { engine, rtp, far } = await relay({ codec: 'opus' }, {});
  const told = record(engine, 'quality');
  void rtp.play(tone(440));
  void far.play(tone(1000));
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(2), WAIT);
  for (const side of ['rtp', 'far'] as const) {
    const figures = told.find((each) => each.side === side);
    expect(figures).toMatchObject({
      bridgeId: 'b1',
      codec: side === 'rtp' ? 'opus' : 'PCMA',
      encrypted: false,
    });
    expect(figures?.mos).toBeGreaterThan(3.5);
    expect(figures?.mos).toBeLessThanOrEqual(4.5);
    expect(figures?.lossPercent).toBeLessThan(5);
    const { quality } = (await engine.stats('b1'))[side] ?? {};
    expect(quality?.totals.intervals).toBeGreaterThanOrEqual(1);
    expect(quality?.last.codec).toBe(figures?.codec);
  }
  expect((await engine.stats('b1')).passThrough).toBe(false);
});
