import type { LineGroupId, LocationId } from '@trunkline/contracts/ids.ts';
import { type LineGroup, type RejectResponse, rejectResponse } from '@trunkline/contracts/lines.ts';
import type { lineGroups } from '@trunkline/database/tenant/lines.ts';

export type LineGroupRow = typeof lineGroups.$inferSelect;

/** Reads the column, which holds `client` or a number as text. */
export function rejectResponseOf(text: string): RejectResponse {
  return rejectResponse.parse(text === 'client' ? text : Number(text));
}

/** The API resource of a line-group row. */
export function lineGroupResource(row: LineGroupRow): LineGroup {
  const {
    tenantId: _,
    id,
    locationId,
    rejectResponse: reject,
    createdAt,
    updatedAt,
    ...fields
  } = row;
  return {
    id: id as LineGroupId,
    ...fields,
    locationId: locationId as LocationId,
    rejectResponse: rejectResponseOf(reject),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
