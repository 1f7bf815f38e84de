import { recorded, type Told } from '@trunkline/calls/testing/recorded.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { type CallId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { ingestEvents } from '../ingest/ingest-events.ts';
import type { TestPlatform } from '../node/test-platform.ts';

let boots = 1_790_000_000_000;

/** Events as the platform's node reports them of one call, a second apart, in a stream of their own. */
export function reported(
  system: Pick<TestPlatform, 'node'>,
  tenant: TenantId,
  told: readonly Told[],
  { call = newId('call'), at = '2026-11-23T09:00:00.000Z' }: { call?: CallId; at?: string } = {},
): EventEnvelope[] {
  boots += 1;
  return recorded(told, call).map((event, index) => ({
    ...event,
    tenant,
    node: system.node.id,
    bootEpoch: boots,
    occurredAt: new Date(Date.parse(at) + index * 1000).toISOString(),
  }));
}

/** Has the node report events; fails when one was refused. */
export async function report(
  system: Pick<TestPlatform, 'node' | 'platform'>,
  events: readonly EventEnvelope[],
): Promise<void> {
  const { refused } = await ingestEvents(system.platform, system.node.id, events);
  if (refused > 0) throw new Error(`${refused} events were refused`);
}
