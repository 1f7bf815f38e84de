import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveViews, type NextEvents } from './live-views.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const nothing: NextEvents = async () => [];
const decoder = new TextDecoder();

test('LIN-021 a view shows what is new, says that it lives, and ends when its time is over', async () => {
  const batches: ({ id: string }[] | null)[] = [[{ id: 'evt_1' }], ...Array(15).fill([]), null];
  const stream = new LiveViews().open('ten_1', async () => batches.shift() ?? null);
  let text = '';
  const read = (async () => {
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  })();
  await vi.advanceTimersByTimeAsync(17_000);
  await read;
  expect(text).toBe(
    ': open\n\nid: evt_1\ndata: {"id":"evt_1"}\n\n: quiet\n\nevent: end\ndata: {}\n\n',
  );
});

test('LIN-021 few views of a tenant and of all are open at a time; one that closes makes room', async () => {
  const views = new LiveViews({ all: 3, perTenant: 2 });
  const first = views.open('ten_1', nothing);
  views.open('ten_1', nothing);
  const refused = expect.objectContaining({ code: 'rate_limited' });
  expect(() => views.open('ten_1', nothing)).toThrow(refused);
  views.open('ten_2', nothing);
  expect(() => views.open('ten_3', nothing)).toThrow(refused);
  await first.cancel();
  views.open('ten_1', nothing);
});

test('who does not read is asked for nothing more, and a failure ends the view', async () => {
  const views = new LiveViews({ all: 1, perTenant: 1 });
  let looks = 0;
  const stream = views.open('ten_1', async () => {
    looks += 1;
    throw new Error('database away');
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks).toBe(0);
  const reader = stream.getReader();
  await reader.read();
  const failed = expect(reader.read()).rejects.toThrow('database away');
  await vi.advanceTimersByTimeAsync(2_000);
  await failed;
  expect(looks).toBe(1);
  views.open('ten_1', nothing);
});
