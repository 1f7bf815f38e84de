import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';

/** Events in the order their node made them, repetitions left out. */
export function inOrder(events: readonly EventEnvelope[]): EventEnvelope[] {
  const unique = new Map(events.map((event) => [`${event.bootEpoch} ${event.seq}`, event]));
  return [...unique.values()].sort((a, b) => a.bootEpoch - b.bootEpoch || a.seq - b.seq);
}
