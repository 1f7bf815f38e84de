import type { LineSipEvent } from '@trunkline/contracts/sip-events.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { expect, test, vi } from 'vitest';
import { maxMessages, watchSip } from './sip-watch.ts';

/** A service whose words are in the hands of the test. */
function service() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  const encoder = new TextEncoder();
  let ended = false;
  return {
    open: async (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        ended = true;
        controller?.error(signal.reason);
      });
      return body;
    },
    say(text: string) {
      if (!ended) controller?.enqueue(encoder.encode(text));
    },
    close: () => controller?.close(),
  };
}

const message = (number: number): LineSipEvent =>
  ({
    id: `evt_${number}`,
    at: '2026-11-23T09:00:00.000Z',
    callId: null,
    direction: 'in',
    startLine: 'SIP/2.0 200 OK',
    cseq: `${number} REGISTER`,
    peer: '192.0.2.1:5060',
    text: null,
  }) as unknown as LineSipEvent;
const line = (number: number) => `data: ${JSON.stringify(message(number))}\n\n`;
const until = (what: () => unknown) =>
  vi.waitFor(() => expect(what()).toBe(true), { timeout: 8_000 });

test('messages come as they are said; pausing keeps them back, going on shows them', async () => {
  const { open, say } = service();
  const watch = watchSip(open);
  expect(watch.state.get().phase).toBe('opening');
  say(`: open\n\n${line(1)}data: nonsense\n\ndata: {"id":1}\n\n`);
  await until(() => watch.state.get().messages.length === 1);
  expect(watch.state.get().phase).toBe('live');
  watch.pause(true);
  say(line(2));
  await until(() => watch.state.get().waiting.length === 1);
  expect(watch.state.get().messages).toEqual([message(1)]);
  watch.pause(false);
  expect(watch.state.get()).toMatchObject({ messages: [message(1), message(2)], waiting: [] });
  watch.clear();
  expect(watch.state.get().messages).toEqual([]);
  watch.stop();
});

test('the list is bounded, and says that older ones are gone', async () => {
  const { open, say } = service();
  const watch = watchSip(open);
  say(Array.from({ length: maxMessages + 5 }, (_none, at) => line(at)).join(''));
  await until(() => watch.state.get().dropped);
  await until(() => watch.state.get().messages.at(-1)?.id === `evt_${maxMessages + 4}`);
  expect(watch.state.get().messages).toHaveLength(maxMessages);
  watch.stop();
});

test('the end the service tells is one, a broken connection is not', async () => {
  const told = service();
  const ended = watchSip(told.open);
  told.say('event: end\ndata: {}\n\n');
  await until(() => ended.state.get().phase === 'ended');
  const cut = service();
  const broken = watchSip(cut.open);
  cut.close();
  await until(() => broken.state.get().phase === 'failed');
});

test('a refusal is kept to be said; after stop nothing changes any more', async () => {
  const refusal = new ApiError('rate_limited');
  const refused = watchSip(() => Promise.reject(refusal));
  await until(() => refused.state.get().phase === 'failed');
  expect(refused.state.get().error).toBe(refusal);
  const { open, say } = service();
  const watch = watchSip(open);
  await until(() => watch.state.get().phase === 'live');
  watch.stop();
  say(line(1));
  expect(watch.state.get()).toMatchObject({ phase: 'live', messages: [] });
});
