import type { LineSipEvent } from '@trunkline/contracts/sip-events.ts';
import { readServerEvents } from '@trunkline/ui/api/event-stream.ts';
import { createStore, type Store } from '@trunkline/ui/stores/store.ts';

/** Messages that stay on screen, and as many again that wait while the view is paused. */
export const maxMessages = 300;

export interface SipWatchState {
  readonly phase: 'opening' | 'live' | 'ended' | 'failed';
  /** Why it failed. */
  readonly error: unknown;
  readonly paused: boolean;
  /** Oldest first. */
  readonly messages: readonly LineSipEvent[];
  /** Came while paused. */
  readonly waiting: readonly LineSipEvent[];
  /** Older ones were let go. */
  readonly dropped: boolean;
}

export interface SipWatch {
  readonly state: Store<SipWatchState>;
  pause(paused: boolean): void;
  clear(): void;
  stop(): void;
}

const begin: SipWatchState = {
  phase: 'opening',
  error: null,
  paused: false,
  messages: [],
  waiting: [],
  dropped: false,
};

/** The outer form; the service vouches for the rest. */
function readMessage(data: string): LineSipEvent | null {
  let read: unknown;
  try {
    read = JSON.parse(data);
  } catch {
    return null;
  }
  const { id, at, startLine, cseq, peer } = (read ?? {}) as Record<string, unknown>;
  const texts = [id, at, startLine, cseq, peer].every((each) => typeof each === 'string');
  return texts ? (read as LineSipEvent) : null;
}

/**
 * Watches the SIP messages of a line until the service ends it, it breaks, or `stop` (LIN-021).
 * @param open asks the service for the stream
 */
export function watchSip(
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
): SipWatch {
  const state = createStore(begin);
  const ending = new AbortController();
  const change = (more: Partial<SipWatchState>) => {
    if (!ending.signal.aborted) state.update((now) => ({ ...now, ...more }));
  };

  function add(message: LineSipEvent): void {
    const { paused, messages, waiting } = state.get();
    const list = [...(paused ? waiting : messages), message];
    const kept = list.slice(-maxMessages);
    const over = kept.length < list.length ? { dropped: true } : {};
    change({ ...(paused ? { waiting: kept } : { messages: kept }), ...over });
  }

  async function run(): Promise<void> {
    const body = await open(ending.signal);
    change({ phase: 'live' });
    for await (const { event, data } of readServerEvents(body)) {
      if (event === 'end') {
        change({ phase: 'ended' });
        return;
      }
      const message = readMessage(data);
      if (message) add(message);
    }
    // It ended without saying so: the connection broke.
    change({ phase: 'failed' });
  }

  run().catch((error: unknown) => change({ phase: 'failed', error }));
  return {
    state,
    pause(paused) {
      const { messages, waiting, dropped } = state.get();
      if (paused) change({ paused });
      else {
        const all = [...messages, ...waiting];
        const kept = all.slice(-maxMessages);
        change({
          paused,
          messages: kept,
          waiting: [],
          dropped: dropped || kept.length < all.length,
        });
      }
    },
    clear: () => change({ messages: [], waiting: [], dropped: false }),
    stop: () => ending.abort(),
  };
}
