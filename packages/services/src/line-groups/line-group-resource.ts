import type { LineGroupId, LineId, LocationId } from '@trunkline/contracts/ids.ts';
import { type LineGroup, type RejectResponse, rejectResponse } from '@trunkline/contracts/lines.ts';
import type { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { groupWarnings } from './group-settings.ts';

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
    registerLineId,
    sessionTimerSeconds,
    rejectResponse: reject,
    createdAt,
    updatedAt,
    ...fields
  } = row;
  return {
    id: id as LineGroupId,
    ...fields,
    locationId: locationId as LocationId,
    registerLineId: registerLineId as LineId | null,
    sessionTimerSeconds: sessionTimerSeconds as LineGroup['sessionTimerSeconds'],
    rejectResponse: rejectResponseOf(reject),
    warnings: groupWarnings(row),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
