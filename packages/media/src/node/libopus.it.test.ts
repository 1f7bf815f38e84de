/** The embedded engine beside ffmpeg: libopus and SRTP by people who never saw this code. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type DominantTone, dominantTone } from '../audio/detect.ts';
import type { CodecName, RtpRemote, SrtpKeys, SrtpSuite } from '../engine.ts';
import { RtpPorts } from './rtp-ports.ts';
import {
  afterTest,
  cleanUp,
  openPhone,
  remoteOf,
  startEngine,
  tone,
  WAIT,
} from './testing/engine-fixture.ts';
import { listen } from './testing/hearing.ts';

const hasFfmpeg = spawnSync('ffmpeg', ['-hide_banner', '-encoders']).stdout?.includes('libopus');
const RATE = 8000;
const OPUS_PAYLOAD_TYPE = 96;

afterEach(cleanUp);

function ffmpeg(args: readonly string[]): ChildProcess {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterTest(() => child.kill('SIGKILL'));
  return child;
}

/** A relay between a place of ffmpeg's and a telephone that speaks `codec`. */
async function relay(codec: CodecName, ffmpegRemote: Partial<RtpRemote>) {
  const engine = await startEngine();
  const { rtp, far } = await engine.createBridge({
    bridgeId: 'b1',
    rtpAddress: '127.0.0.1',
    kind: 'relay',
  });
  const { port, rtp: held, rtcp } = await new RtpPorts(0, 0).bind('127.0.0.1');
  // Only the port is wanted: ffmpeg binds it itself.
  await Promise.all(
    [held, rtcp].map((socket) => new Promise<void>((r) => socket.close(() => r()))),
  );
  await engine.setRtpRemote({
    bridgeId: 'b1',
    remote: {
      address: '127.0.0.1',
      port,
      codec: 'opus',
      payloadType: OPUS_PAYLOAD_TYPE,
      direction: 'sendrecv',
      ...ffmpegRemote,
    },
  });
  const phone = await openPhone();
  const payloadType = codec === 'G722' ? 9 : 8;
  phone.setRemote(remoteOf(phone, { port: far?.port ?? 0, codec, payloadType }));
  await engine.setRtpRemote({
    bridgeId: 'b1',
    side: 'far',
    remote: remoteOf(phone, { codec, payloadType }),
  });
  return { engine, ours: rtp.port, theirs: port, phone, heard: listen(phone) };
}

const isTone = ({ frequency, share }: DominantTone, expected: number) =>
  Math.abs(frequency - expected) < 5 && share > 0.9;

/** ffmpeg sends a sine in Opus. */
function sendSine(url: string, more: readonly string[] = []): void {
  ffmpeg([
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=1000:sample_rate=48000', '-t', '60'],
    ...['-ac', '1', '-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20'],
    ...['-payload_type', String(OPUS_PAYLOAD_TYPE), '-f', 'rtp', ...more, url],
  ]);
}

/** ffmpeg plays what an SDP describes; what it has heard in the last half second. */
async function hearBySdp(sdp: readonly string[]): Promise<() => DominantTone> {
  const folder = await mkdtemp(join(tmpdir(), 'libopus-'));
  afterTest(() => rm(folder, { recursive: true }));
  const file = join(folder, 'in.sdp');
  await writeFile(file, `${sdp.join('\r\n')}\r\n`);
  const child = ffmpeg([
    ...['-protocol_whitelist', 'file,udp,rtp,srtp,crypto', '-fflags', 'nobuffer'],
    ...['-probesize', '32', '-analyzeduration', '0'],
    ...[
      '-i',
      file,
      '-f',
      's16le',
      '-ac',
      '1',
      '-ar',
      String(RATE),
      '-flush_packets',
      '1',
      'pipe:1',
    ],
  ]);
  let pcm = Buffer.alloc(0);
  child.stdout?.on('data', (chunk: Buffer) => {
    pcm = Buffer.concat([pcm, chunk]).subarray(-RATE);
  });
  return () => {
    const bytes = Buffer.from(pcm.subarray(0, pcm.length & ~1));
    return dominantTone(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1), RATE);
  };
}

const described = (port: number, profile = 'RTP/AVP', more: readonly string[] = []) => [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  `m=audio ${port} ${profile} ${OPUS_PAYLOAD_TYPE}`,
  `a=rtpmap:${OPUS_PAYLOAD_TYPE} opus/48000/2`,
  ...more,
];

const name = hasFfmpeg ? 'ffmpeg' : 'ffmpeg (skipped: not installed, or without libopus)';
describe.skipIf(!hasFfmpeg)(name, () => {
  test.each<CodecName>(['PCMA', 'G722'])(
    'VOX-116 Opus of libopus is understood and reaches a telephone that speaks %s',
    async (codec) => {
      const { ours, theirs, heard } = await relay(codec, {});
      sendSine(`rtp://127.0.0.1:${ours}?localrtpport=${theirs}`);
      await vi.waitFor(() => expect(isTone(heard.tone(), 1000)).toBe(true), WAIT);
    },
  );

  test.each<CodecName>(['PCMA', 'G722'])(
    'VOX-116 libopus understands the Opus made from %s',
    async (codec) => {
      const { theirs, phone } = await relay(codec, { fmtp: 'useinbandfec=1' });
      const hears = await hearBySdp(described(theirs));
      void phone.play(tone(440));
      await vi.waitFor(() => expect(isTone(hears(), 440)).toBe(true), WAIT);
    },
  );

  test.each<SrtpSuite>(['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'])(
    'SDES with %s is opened and made so that another implementation opens it',
    async (suite) => {
      const srtp: SrtpKeys = {
        suite,
        localKey: randomBytes(30).toString('base64'),
        remoteKey: randomBytes(30).toString('base64'),
      };
      const incoming = await relay('PCMA', { srtp });
      sendSine(`srtp://127.0.0.1:${incoming.ours}?localrtpport=${incoming.theirs}`, [
        ...['-srtp_out_suite', suite, '-srtp_out_params', srtp.remoteKey],
      ]);
      await vi.waitFor(() => expect(isTone(incoming.heard.tone(), 1000)).toBe(true), WAIT);
      const { encrypted, unauthentic } = (await incoming.engine.stats('b1')).rtp;
      expect(encrypted).toBe(true);
      // With the short tag ffmpeg shortens that of SRTCP too, which RFC 4568 §6.2 keeps at 80 bits.
      if (suite.endsWith('_80')) expect(unauthentic).toBe(0);

      const outgoing = await relay('PCMA', { srtp });
      const crypto = `a=crypto:1 ${suite} inline:${srtp.localKey}`;
      const hears = await hearBySdp(described(outgoing.theirs, 'RTP/SAVP', [crypto]));
      void outgoing.phone.play(tone(440));
      await vi.waitFor(() => expect(isTone(hears(), 440)).toBe(true), WAIT);
    },
  );
});
