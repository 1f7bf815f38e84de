import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { EventSpool, type SpoolOptions, type UnnumberedEvent } from './spool.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });
const start = { bootEpoch: 0, seq: 0 };
const node = newId('mediaNode');
const tenant = newId('tenant');
const call = newId('call');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tl-spool-'));
});
afterEach(() => rm(folder, { recursive: true }));

function envelope() {
  return {
    id: newId('event'),
    tenant,
    call,
    node,
    occurredAt: '2026-11-23T09:00:00.000Z',
    schema: 1,
  };
}
const ended = (): UnnumberedEvent => ({
  ...envelope(),
  type: 'call.ended',
  data: { by: 'local', cause: 'normal', sipCode: null, text: '', durationMs: 1 },
});
const message = (): UnnumberedEvent => ({
  ...envelope(),
  type: 'sip.message',
  data: {
    direction: 'out',
    startLine: 'OPTIONS',
    cseq: '1 OPTIONS',
    peer: '127.0.0.1:5060',
    leg: 'rtp',
  },
});

const packet = (): UnnumberedEvent => ({
  ...envelope(),
  call: null,
  type: 'capture.packet',
  data: {
    captureId: newId('capture'),
    direction: 'in',
    transport: 'udp',
    local: { address: '192.0.2.1', port: 5060 },
    remote: { address: '192.0.2.2', port: 5060 },
    bytes: 'AAAA',
  },
});

function open(options: Partial<SpoolOptions> = {}): Promise<EventSpool> {
  return EventSpool.open({
    folder,
    startedAt: 1000,
    scheduler: new FakeTime(),
    logger,
    ...options,
  });
}
const seqs = (events: EventEnvelope[]) => events.map((event) => event.seq);

describe('event spool', () => {
  test('an event can be read only once it is on disk', async () => {
    const spool = await open();
    spool.append(message());
    expect(await spool.read(start, 10)).toEqual([]);
    await spool.flush();
    expect(seqs(await spool.read(start, 10))).toEqual([1]);
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
    expect((await readFile(join(folder, file ?? ''), 'utf8')).split('\n')).toHaveLength(2);
    await spool.close();
  });

  test('starts, answers and ends are written at once, other events wait for company', async () => {
    const time = new FakeTime();
    const spool = await open({ scheduler: time });
    spool.append(message());
    expect(time.waiting).toBe(1);
    const ready = new Promise<void>((resolve) => spool.onReady(resolve));
    time.advance(200);
    await ready;
    expect(await spool.read(start, 10)).toHaveLength(1);
    spool.append(ended());
    expect(time.waiting).toBe(0);
    await spool.close();
  });

  test('what must happen before sending happens before reading', async () => {
    const spool = await open();
    const seen: number[] = [];
    spool.onDurable(async (events) => {
      seen.push((await spool.read(start, 10)).length, events.length);
    });
    spool.append(ended());
    await spool.flush();
    expect(seen).toEqual([0, 1]);
    await spool.close();
  });

  test('acknowledged events are forgotten, also by the next start; the rest comes again in order', async () => {
    const first = await open({ segmentBytes: 400 });
    for (let count = 0; count < 10; count++) {
      first.append(ended());
      await first.flush();
    }
    await first.acknowledge({ bootEpoch: first.bootEpoch, seq: 6 });
    expect(seqs(await first.read(start, 100))).toEqual([7, 8, 9, 10]);
    await first.close();

    const second = await open({ segmentBytes: 400 });
    expect(second.bootEpoch).toBeGreaterThan(first.bootEpoch);
    second.append(ended());
    await second.flush();
    const pending = await second.read(second.acknowledged, 100);
    expect(pending.map((event) => [event.bootEpoch, event.seq])).toEqual([
      [first.bootEpoch, 7],
      [first.bootEpoch, 8],
      [first.bootEpoch, 9],
      [first.bootEpoch, 10],
      [second.bootEpoch, 1],
    ]);
    await second.acknowledge({ bootEpoch: second.bootEpoch, seq: 1 });
    expect(await second.read(start, 100)).toEqual([]);
    await second.close();
  });

  test('an acknowledgement of events never made is ignored', async () => {
    const spool = await open();
    spool.append(ended());
    await spool.flush();
    await spool.acknowledge({ bootEpoch: spool.bootEpoch, seq: 99 });
    expect(await spool.read(start, 10)).toHaveLength(1);
    await spool.close();
  });

  test('the boot epoch grows with each start, also when the clock was set back', async () => {
    const epochs: number[] = [];
    for (const startedAt of [5000, 1000, 9000]) {
      const spool = await open({ startedAt });
      epochs.push(spool.bootEpoch);
      await spool.close();
    }
    expect(epochs).toEqual([5000, 5001, 9000]);
  });

  test('cut off at any byte, the spool keeps every whole event and takes new ones', async () => {
    const spool = await open();
    for (let count = 0; count < 3; count++) spool.append(ended());
    await spool.close();
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
    const path = join(folder, file ?? '');
    const content = await readFile(path, 'utf8');
    for (let length = 0; length <= content.length; length += 7) {
      const copy = await mkdtemp(join(tmpdir(), 'tl-spool-cut-'));
      await cp(folder, copy, { recursive: true });
      await truncate(join(copy, file ?? ''), length);
      const again = await open({ folder: copy });
      const whole = content.slice(0, length).split('\n').length - 1;
      again.append(ended());
      await again.flush();
      const events = await again.read(start, 10);
      expect(events).toHaveLength(whole + 1);
      expect(events.at(-1)?.bootEpoch).toBe(again.bootEpoch);
      await again.close();
      await rm(copy, { recursive: true });
    }
  });

  test('a damaged line in the middle costs that line only', async () => {
    const first = await open();
    first.append(ended());
    await first.close();
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
    await appendFile(join(folder, file ?? ''), '{"broken\n');
    const second = await open();
    expect(await second.read(start, 10)).toHaveLength(1);
    await second.close();
  });

  test('while the disk refuses, memory lets go of captures and keeps calls', async () => {
    const time = new FakeTime();
    const errors: string[] = [];
    const noisy = createLogger({
      name: 'test',
      level: 'error',
      write: (line) => errors.push(line),
    });
    const spool = await open({ scheduler: time, logger: noisy });
    await rm(folder, { recursive: true });
    for (let count = 0; count < 10_001; count++) spool.append(packet());
    spool.append(ended());
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await mkdir(folder);
    time.advance(1000);
    await expect.poll(() => spool.read(start, 20_000)).toHaveLength(1);
    await spool.close();
  });

  test('when space runs out SIP messages go, oldest first, and no event of a call', async () => {
    const spool = await open({ segmentBytes: 1000, maxBytes: 6000 });
    for (let count = 0; count < 40; count++) {
      spool.append(message());
      spool.append(ended());
      await spool.flush();
    }
    const kept = await spool.read(start, 1000);
    expect(kept.filter((event) => event.type === 'call.ended')).toHaveLength(40);
    const messages = kept.filter((event) => event.type === 'sip.message');
    expect(messages.length).toBeLessThan(40);
    for (const [index, event] of kept.entries())
      expect(event.seq).toBeGreaterThan(kept[index - 1]?.seq ?? 0);
    await spool.close();
  });
});
