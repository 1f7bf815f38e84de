/**
 * Load of a media bench, in a process of its own: per call two telephones that send a packet every
 * 20 ms and count what reaches them. Told by IPC what to do; all audio is ready before it begins.
 */
import { createSocket, type Socket } from 'node:dgram';
import process from 'node:process';
import { createEncoder } from '../../src/audio-codec.ts';
import { describeCodec } from '../../src/codec.ts';
import type { CodecName } from '../../src/engine.ts';
import { SRTP_OVERHEAD, SrtpSender } from '../../src/node/srtp.ts';
import type {
  CallEnds,
  FromGenerator,
  GeneratorReport,
  OpusSample,
  ToGenerator,
} from './protocol.ts';

const FRAME_MS = 20;
/** Frames of the audio that is sent round and round. */
const FRAMES = 250;
/** Send times are kept this long to be matched with what arrives. */
const HISTORY = 512;

interface End {
  socket: Socket;
  target: number;
  payloadType: number;
  ticks: number;
  frames: readonly Uint8Array[];
  sender: SrtpSender | undefined;
  sequenceNumber: number;
  timestamp: number;
  received: number;
  /** Payload octets received since the mark, and how often each first octet of them came. */
  octets: number;
  first: Map<number, number>;
  sentAt: Float64Array;
  /** Sequence number received minus that sent by the other end, once known. */
  offset: number | undefined;
  delays: number[];
}

const calls: [End, End][] = [];
let beat: NodeJS.Immediate | undefined;
let startedAt = 0;
let sent = 0;
let isMarked = false;

/** Something like speech: gliding harmonics that swell and fade, with noise. */
function speech(rate: number, frame: number): Int16Array {
  let noise = frame + 1;
  return Int16Array.from({ length: rate / 50 }, (_, i) => {
    const t = frame / 50 + i / rate;
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const pitch = 2 * Math.PI * (160 + 40 * Math.sin(3 * t)) * t;
    const voice = Math.sin(pitch) + 0.6 * Math.sin(2 * pitch) + 0.4 * Math.sin(5 * pitch);
    return 3500 * voice * (0.55 + 0.45 * Math.sin(9 * t)) + (noise / 2 ** 32 - 0.5) * 900;
  });
}

async function framesOf(codec: CodecName): Promise<Uint8Array[]> {
  const rate = codec === 'opus' || codec === 'G722' ? 16_000 : 8_000;
  const encoder = await createEncoder(codec, {
    opusRate: 16_000,
    frameSize: rate / 50,
    opus: { bitrate: 24_000 },
  });
  const frames = Array.from({ length: FRAMES }, (_, i) => encoder.encode(speech(rate, i)));
  encoder.free();
  return frames;
}

async function openEnd(codec: CodecName, payloadType: number, srtpKey?: string): Promise<End> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 20,
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    socket,
    target: 0,
    payloadType,
    ticks: describeCodec(codec).clockRate / 50,
    frames: await cached(codec),
    sender:
      srtpKey === undefined
        ? undefined
        : new SrtpSender('AES_CM_128_HMAC_SHA1_80', Buffer.from(srtpKey, 'base64')),
    sequenceNumber: Math.floor(Math.random() * 30_000),
    timestamp: Math.floor(Math.random() * 2 ** 31),
    received: 0,
    octets: 0,
    first: new Map(),
    sentAt: new Float64Array(HISTORY),
    offset: undefined,
    delays: [],
  };
}

const cache = new Map<CodecName, Promise<Uint8Array[]>>();
function cached(codec: CodecName): Promise<Uint8Array[]> {
  const known = cache.get(codec) ?? framesOf(codec);
  cache.set(codec, known);
  return known;
}

function hear(end: End, other: End): void {
  end.socket.on('message', (datagram) => {
    const second = datagram[1] as number;
    if (second >= 192 && second <= 223) return;
    end.received++;
    if (!isMarked) return;
    const now = performance.now();
    end.octets += datagram.length - 12;
    const toc = datagram[12] ?? 0;
    end.first.set(toc, (end.first.get(toc) ?? 0) + 1);
    const sequenceNumber = datagram.readUInt16BE(2);
    // The newest packet sent before; a wrong guess of a whole packet shows as 20 ms.
    end.offset ??= (sequenceNumber - other.sequenceNumber) & 0xffff;
    const source = (sequenceNumber - end.offset) & 0xffff;
    const at = other.sentAt[source % HISTORY] as number;
    if (now - at < 1000) end.delays.push(now - at);
  });
}

function send(end: End, frame: number): void {
  const payload = end.frames[frame % FRAMES] as Uint8Array;
  end.sequenceNumber = (end.sequenceNumber + 1) & 0xffff;
  end.timestamp = (end.timestamp + end.ticks) >>> 0;
  const length = 12 + payload.length;
  const datagram = Buffer.allocUnsafe(length + SRTP_OVERHEAD);
  datagram[0] = 0x80;
  datagram[1] = end.payloadType;
  datagram.writeUInt16BE(end.sequenceNumber, 2);
  datagram.writeUInt32BE(end.timestamp, 4);
  datagram.writeUInt32BE(end.socket.address().port, 8);
  datagram.set(payload, 12);
  const total = end.sender?.protectRtp(datagram, length) ?? length;
  end.sentAt[end.sequenceNumber % HISTORY] = performance.now();
  end.socket.send(datagram, 0, total, end.target, '127.0.0.1');
  sent++;
}

/**
 * Each call has its own place within the 20 ms, so that they do not all send at once. Between two
 * packets it spins: an engine that sends to a sleeping process pays for waking it, on a virtual
 * machine more than for everything else.
 */
function run(): void {
  startedAt = performance.now();
  const next = calls.map((_, i) => (i * FRAME_MS) / calls.length);
  const frame = calls.map((_, i) => i * 7);
  const turn = () => {
    const elapsed = performance.now() - startedAt;
    for (let i = 0; i < calls.length; i++) {
      while ((next[i] as number) <= elapsed) {
        const [a, b] = calls[i] as [End, End];
        send(a, frame[i] as number);
        send(b, (frame[i] as number) + 90);
        frame[i] = (frame[i] as number) + 1;
        next[i] = (next[i] as number) + FRAME_MS;
      }
    }
    beat = setImmediate(turn);
  };
  beat = setImmediate(turn);
}

const fresh = () => ({ received: 0, delays: [], octets: 0, first: new Map<number, number>() });

function mark(): void {
  sent = 0;
  isMarked = true;
  for (const call of calls) for (const end of call) Object.assign(end, fresh());
}

function report(): GeneratorReport {
  const ends = calls.flat();
  const delays = ends
    .flatMap(({ delays: each }) => {
      // Right a first guess that was whole packets off.
      const least = Math.min(...each.slice(0, 200));
      const shift = Math.floor(least / FRAME_MS) * FRAME_MS;
      return each.map((delay) => delay - shift);
    })
    .sort((x, y) => x - y);
  const quantile = (q: number) => delays[Math.floor(q * (delays.length - 1))] ?? 0;
  return {
    sent,
    received: ends.reduce((sum, { received }) => sum + received, 0),
    delayMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
    opus: opusSample(ends.filter(({ ticks }) => ticks === describeCodec('opus').clockRate / 50)),
  };
}

function opusSample(ends: readonly End[]): OpusSample | null {
  const counts = new Map<number, number>();
  let [packets, stereo] = [0, 0];
  for (const [toc, count] of ends.flatMap(({ first }) => [...first])) {
    packets += count;
    if ((toc & 4) !== 0) stereo += count;
    counts.set(toc >> 3, (counts.get(toc >> 3) ?? 0) + count);
  }
  const [commonest] = [...counts].sort(([, a], [, b]) => b - a);
  if (commonest === undefined) return null;
  const octets = ends.reduce((sum, end) => sum + end.octets, 0);
  return {
    meanLength: octets / packets,
    configuration: commonest[0],
    stereo: stereo / packets,
  };
}

const tell = (message: FromGenerator) => process.send?.(message);

process.on('message', (message: ToGenerator) => {
  void (async () => {
    switch (message.kind) {
      case 'open': {
        const ports: CallEnds[] = [];
        for (let i = 0; i < message.calls; i++) {
          const a = await openEnd(message.a.codec, message.a.payloadType, message.a.srtpKey);
          const b = await openEnd(message.b.codec, message.b.payloadType, message.b.srtpKey);
          hear(a, b);
          hear(b, a);
          calls.push([a, b]);
          ports.push({ a: a.socket.address().port, b: b.socket.address().port });
        }
        return tell({ kind: 'opened', ports });
      }
      case 'aim':
        clearImmediate(beat);
        isMarked = false;
        message.targets.forEach(({ a, b }, i) => {
          const call = calls[i];
          if (call === undefined) return;
          call[0].target = a;
          call[1].target = b;
          for (const end of call) end.offset = undefined;
        });
        run();
        return tell({ kind: 'done' });
      case 'mark':
        mark();
        return tell({ kind: 'done' });
      case 'report':
        return tell({ kind: 'report', report: report() });
      case 'stop':
        clearImmediate(beat);
        return tell({ kind: 'done' });
    }
  })();
});
process.on('disconnect', () => process.exit(0));
