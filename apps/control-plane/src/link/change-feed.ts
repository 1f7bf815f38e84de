import type { DatabaseHandle } from '@trunkline/database/connect.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { drainOutbox } from '@trunkline/services/outbox/drain-outbox.ts';
import { type Hint, hintChannel, outboxChannel } from '@trunkline/services/outbox/hints.ts';

/** The outbox is looked at this often even when nobody rang. */
const pollMs = 1_000;
/** A listening connection that stays silent is tested this often, and replaced when it is deaf. */
const probeMs = 5_000;
const resyncMs = 30_000;

export interface ChangeFeed {
  stop(): Promise<void>;
}

export interface ChangeFeedOptions {
  /** Worker role: empties the outbox. */
  readonly worker: DatabaseHandle;
  /** Opens a connection of its own for LISTEN: not through a transaction pool. */
  readonly openListener: () => DatabaseHandle;
  readonly onHint: (hint: Hint) => void;
  /** Hints were lost: from here on none is again. */
  readonly onGap: () => void;
  /** Now and then, in case something was overlooked all the same. */
  readonly onRound: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Moves changes from the outbox to everybody who listens, and listens itself. Survives the loss of
 * the database: the outbox keeps, and after a gap everything is looked at again.
 */
export function startChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { worker, openListener, onHint, onGap, onRound, clock, log } = options;
  let stopped = false;
  let listener: DatabaseHandle | null = null;
  let heardAt = Number.NEGATIVE_INFINITY;
  let draining = false;
  let again = false;

  async function drain(): Promise<void> {
    again = true;
    if (draining) return;
    draining = true;
    try {
      while (again && !stopped) {
        again = false;
        while ((await drainOutbox(worker.db)) > 0) again = true;
      }
    } catch (error) {
      log.debug({ err: error }, 'outbox not emptied now');
    } finally {
      draining = false;
    }
  }

  function hear(text: string): void {
    heardAt = clock.monotonic();
    const hint = readHint(text);
    if (hint) onHint(hint);
  }

  async function listen(): Promise<void> {
    const old = listener;
    const fresh = openListener();
    listener = fresh;
    await old?.close();
    await fresh.sql.listen(outboxChannel, () => void drain());
    // Also called when the driver got a lost connection back by itself.
    await fresh.sql.listen(hintChannel, hear, () => {
      heardAt = clock.monotonic();
      onGap();
      void drain();
    });
  }

  /** Rings through the database and back; who does not hear it listens to a dead line. */
  async function probe(): Promise<void> {
    try {
      if (!listener || clock.monotonic() - heardAt > probeMs * 3) await listen();
      await worker.sql`select pg_notify(${hintChannel}, '{}')`;
    } catch (error) {
      listener = await closeQuietly(listener);
      log.debug({ err: error }, 'change feed waits for the database');
    }
  }

  async function closeQuietly(handle: DatabaseHandle | null): Promise<null> {
    await handle
      ?.close()
      .catch((error: unknown) => log.debug({ err: error }, 'listener not closed'));
    return null;
  }

  let probing = Promise.resolve();
  const queueProbe = () => {
    probing = probing.then(() => (stopped ? undefined : probe()));
  };
  queueProbe();
  const timers = [
    setInterval(() => void drain(), pollMs),
    // While there is no listener, a second is long enough to wait.
    setInterval(() => !listener && queueProbe(), pollMs),
    setInterval(queueProbe, probeMs),
    setInterval(onRound, resyncMs),
  ];
  return {
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await probing;
      await closeQuietly(listener);
    },
  };
}

function readHint(text: string): Hint | null {
  try {
    const hint = JSON.parse(text) as Partial<Hint>;
    return hint.topic && hint.tenantId ? (hint as Hint) : null;
  } catch {
    // Only our own roles can write to the channel; anything else is not for us.
    return null;
  }
}
