import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { writeLinesCsv } from './csv.ts';

/** Query of the export: all lines, or those in use (LIN-060). */
export const exportQuery = z.object({ onlyActive: z.enum(['true', 'false']).default('false') });

/** The lines of a group as a CSV file that can be imported again (LIN-060, LIN-061). */
export async function exportLines(
  ctx: Context,
  lineGroupId: LineGroupId,
  input: unknown,
): Promise<string> {
  requireScope(ctx, 'lines:read');
  const { onlyActive } = parse(exportQuery, input);
  return readTenant(ctx, async (tx) => {
    const [group] = await tx
      .select({ id: lineGroups.id })
      .from(lineGroups)
      .where(eq(lineGroups.id, lineGroupId));
    const rows = await tx
      .select({
        userName: lines.userName,
        authUserName: lines.authUserName,
        number: lines.number,
        suffix: lines.suffix,
      })
      .from(lines)
      .where(
        and(
          eq(lines.lineGroupId, found(group).id),
          onlyActive === 'true' ? eq(lines.useLine, true) : undefined,
        ),
      )
      .orderBy(lines.id);
    return writeLinesCsv(rows);
  });
}
