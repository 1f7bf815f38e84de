import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { ingestEvents } from '@trunkline/services/ingest/ingest-events.ts';
import { z } from 'zod';

/**
 * A frame of events without a look into them: one this version does not know must not take the
 * others with it. What is no event is dropped one by one.
 */
export const eventsFrame = z.object({
  t: z.literal('events'),
  events: z.array(z.unknown()).max(500),
});

const position = z.object({
  bootEpoch: z.number().int().positive(),
  seq: z.number().int().positive(),
});

/** Up to where a boot epoch is stored. */
export type Position = z.infer<typeof position>;

/**
 * Stores events together; when that fails for a reason of one of them, each by itself. An event
 * that cannot be stored is logged as an alert and skipped, so that it does not come back for ever.
 * @returns what may be acknowledged, one position per boot epoch
 * @throws TrunklineError `unavailable`: nothing may be acknowledged, try again
 */
export async function storeEvents(
  platform: Platform,
  node: MediaNodeId,
  events: readonly unknown[],
): Promise<Position[]> {
  try {
    await ingestEvents(platform, node, events);
  } catch (error) {
    if (isAway(error)) throw error;
    platform.log.warn({ err: error, node }, 'events not stored together; trying each');
    for (const event of events) await storeOne(platform, node, event);
  }
  return lastPositions(events);
}

async function storeOne(platform: Platform, node: MediaNodeId, event: unknown): Promise<void> {
  try {
    await ingestEvents(platform, node, [event]);
  } catch (error) {
    if (isAway(error)) throw error;
    const at = position.safeParse(event).data;
    platform.log.error(
      { err: error, alert: 'event_skipped', node, bootEpoch: at?.bootEpoch, seq: at?.seq },
      'an event cannot be stored: skipped',
    );
  }
}

function lastPositions(events: readonly unknown[]): Position[] {
  const last = new Map<number, number>();
  for (const event of events) {
    const at = position.safeParse(event).data;
    if (at) last.set(at.bootEpoch, Math.max(at.seq, last.get(at.bootEpoch) ?? 0));
  }
  return [...last].map(([bootEpoch, seq]) => ({ bootEpoch, seq }));
}

const isAway = (error: unknown) => error instanceof TrunklineError && error.code === 'unavailable';
