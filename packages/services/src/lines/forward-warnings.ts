import type { ForwardList } from '@trunkline/contracts/forwarding.ts';
import type { ConfigWarning } from '@trunkline/contracts/lines.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { normalisePhone } from './binding.ts';

/** Numbers of all lines in use: short as configured, and in full. */
export async function monitoredNumbers(tx: TenantTransaction): Promise<Set<string>> {
  const rows = await tx
    .select({ number: lines.number, suffix: lines.suffix, full: lines.fullNumber })
    .from(lines)
    .where(eq(lines.useLine, true));
  return new Set(rows.flatMap((row) => [row.number + row.suffix, row.full]));
}

/**
 * Targets of a forwarding list at which it stops, as nobody monitors them, though others follow
 * (LIN-017).
 */
export function forwardWarnings(
  list: ForwardList,
  monitored: ReadonlySet<string>,
): ConfigWarning[] {
  return list.flatMap((target, index) =>
    index < list.length - 1 && !monitored.has(normalisePhone(target.number))
      ? [{ code: 'forward_target_unmonitored' as const, pointer: `/forwardList/${index}/number` }]
      : [],
  );
}
