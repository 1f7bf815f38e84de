import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { Transaction } from '@trunkline/database/connect.ts';
import { sql } from 'drizzle-orm';
import type { OutboxTopics } from './topics.ts';

/** Channel on which every control-plane process hears what changed. */
export const hintChannel = 'trunkline_hint';
/** Channel that wakes whoever empties the outbox. */
export const outboxChannel = 'trunkline_outbox';

type HintTopics = OutboxTopics & { 'tenant.changed': Record<string, never> };

/** A change, told to all control-plane processes; each serves its own nodes and edges. */
export type Hint = {
  [T in keyof HintTopics]: {
    readonly topic: T;
    readonly tenantId: TenantId;
    readonly payload: HintTopics[T];
  };
}[keyof HintTopics];

/** Heard when the transaction commits. PostgreSQL limits it to 8,000 bytes: ids only. */
export async function tellHint(tx: Transaction, hint: Hint): Promise<void> {
  await tx.execute(sql`select pg_notify(${hintChannel}, ${JSON.stringify(hint)})`);
}
