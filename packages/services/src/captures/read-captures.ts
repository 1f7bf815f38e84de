import { type Capture, captureQuery } from '@trunkline/contracts/captures.ts';
import type { Id, LineGroupId } from '@trunkline/contracts/ids.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { captures } from '@trunkline/database/tenant/diagnosis.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { and, desc, eq, gt, isNull, lt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { captureResource } from './capture-resource.ts';

/** The captures of a line group, newest first. @throws TrunklineError `not_found` */
export async function listCaptures(
  ctx: Context,
  lineGroupId: LineGroupId,
  input: unknown,
): Promise<Page<Capture>> {
  requireScope(ctx, 'calls:read');
  const { cursor, limit } = parse(pageQuery, input);
  const before = cursor ? decodeCursor(cursor, 1)[0] : undefined;
  const now = ctx.clock.now();
  return readTenant(ctx, async (tx) => {
    const [group] = await tx
      .select({ id: lineGroups.id })
      .from(lineGroups)
      .where(eq(lineGroups.id, lineGroupId));
    const rows = await tx
      .select()
      .from(captures)
      .where(
        and(
          eq(captures.lineGroupId, found(group).id),
          before === undefined ? undefined : lt(captures.id, before),
        ),
      )
      .orderBy(desc(captures.id))
      .limit(limit + 1);
    return pageFrom(
      rows,
      limit,
      (row) => [row.id],
      (row) => captureResource(row, now),
    );
  });
}

/** The captures of all line groups, newest first; those that run now when asked for them. */
export async function listAllCaptures(ctx: Context, input: unknown): Promise<Page<Capture>> {
  requireScope(ctx, 'calls:read');
  const { cursor, limit, state } = parse(captureQuery, input);
  const before = cursor ? decodeCursor(cursor, 1)[0] : undefined;
  const now = ctx.clock.now();
  const running = and(isNull(captures.stoppedAt), gt(captures.endsAt, now));
  const rows = await readTenant(ctx, (tx) =>
    tx
      .select()
      .from(captures)
      .where(
        and(
          state === 'running' ? running : undefined,
          before === undefined ? undefined : lt(captures.id, before),
        ),
      )
      .orderBy(desc(captures.id))
      .limit(limit + 1),
  );
  return pageFrom(
    rows,
    limit,
    (row) => [row.id],
    (row) => captureResource(row, now),
  );
}

/** One capture. @throws TrunklineError `not_found` */
export async function getCapture(ctx: Context, captureId: Id<'capture'>): Promise<Capture> {
  requireScope(ctx, 'calls:read');
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(captures).where(eq(captures.id, captureId));
    return captureResource(found(row), ctx.clock.now());
  });
}
