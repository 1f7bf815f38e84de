import { expect, test } from 'vitest';
import { readServerEvents, type ServerEvent } from './event-stream.ts';

function bodyOf(chunks: readonly string[], onCancel = () => {}): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(next));
    },
    cancel: onCancel,
  });
}

async function eventsOf(chunks: readonly string[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readServerEvents(bodyOf(chunks))) events.push(event);
  return events;
}

const whole = ': open\n\nid: 1\ndata: {"a":\ndata: 1}\n\nevent: end\r\ndata: ü\r\n\r\ndata:x\n\n';
const expected = [
  { event: 'message', data: '{"a":\n1}' },
  { event: 'end', data: 'ü' },
  { event: 'message', data: 'x' },
];

test('events are the same however the network cuts them', async () => {
  expect(await eventsOf([whole])).toEqual(expected);
  expect(await eventsOf([...whole])).toEqual(expected);
});

test('what is not complete at the end is no event, nor is one without data', async () => {
  expect(await eventsOf(['event: quiet\n\ndata: half\n'])).toEqual([]);
});

test('an event without end is not kept', async () => {
  const long = Array.from({ length: 10 }, () => `data: ${'x'.repeat(64 * 1024)}\n`);
  await expect(eventsOf(long)).rejects.toThrow('event too long');
});

test('who stops reading stops the service', async () => {
  let cancelled = false;
  const body = bodyOf(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'], () => {
    cancelled = true;
  });
  for await (const { data } of readServerEvents(body)) if (data === '1') break;
  expect(cancelled).toBe(true);
});
