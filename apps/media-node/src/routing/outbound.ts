import type { LineId, UserId } from '@trunkline/contracts/ids.ts';
import { type DialResult, dial } from '@trunkline/numbers/dial.ts';
import { emergencyNumber } from '@trunkline/numbers/emergency.ts';
import type { LineEntry, TenantModel } from '../config/tenant-model.ts';

export interface OutboundRequest {
  typed: string;
  userId: UserId;
  lineId?: LineId | undefined;
  /** Only emergency numbers may be dialled: expired token, suspended tenant. */
  emergencyOnly: boolean;
}

export type OutboundPlan =
  | { ok: true; entry: LineEntry; dialled: DialResult; emergency: boolean }
  | {
      ok: false;
      code: 'number_invalid' | 'no_line' | 'line_not_ready' | 'missing_scope' | 'tenant_suspended';
    };

/**
 * Decides over which line a typed number leaves and what is dialled there. Emergency numbers are
 * recognised before anything else is looked at: no right, limit, state or missing line of the
 * user keeps them in (catalogue decision 6).
 * @param isOpen whether a line is registered
 */
export function planOutbound(
  tenant: TenantModel,
  request: OutboundRequest,
  isOpen: (lineId: LineId) => boolean,
): OutboundPlan {
  const own = tenant.linesOfUser(request.userId);
  const chosen = request.lineId
    ? own.find((entry) => entry.line.id === request.lineId)
    : (own.find((entry) => isOpen(entry.line.id)) ?? own[0]);

  const locations = chosen ? [chosen.location] : tenant.locations;
  if (locations.some((location) => emergencyNumber(request.typed, location) !== null))
    return planEmergency(tenant, request, chosen, isOpen);

  if (request.emergencyOnly) return { ok: false, code: 'missing_scope' };
  if (tenant.state === 'suspended') return { ok: false, code: 'tenant_suspended' };
  if (!chosen) return { ok: false, code: 'no_line' };
  const dialled = dial({ typed: request.typed, location: chosen.location, purpose: 'dial' });
  if (!dialled.ok) return { ok: false, code: 'number_invalid' };
  if (!isOpen(chosen.line.id)) return { ok: false, code: 'line_not_ready' };
  return { ok: true, entry: chosen, dialled, emergency: false };
}

/** The chosen line, then any open one of the user, of the location, of the tenant. */
function planEmergency(
  tenant: TenantModel,
  request: OutboundRequest,
  chosen: LineEntry | undefined,
  isOpen: (lineId: LineId) => boolean,
): OutboundPlan {
  const all = [...tenant.lines.values()];
  const inOrder = [
    ...(chosen ? [chosen] : []),
    ...tenant.linesOfUser(request.userId),
    ...all.filter((entry) => entry.location.id === chosen?.location.id),
    ...all,
  ];
  for (const entry of inOrder) {
    if (!isOpen(entry.line.id)) continue;
    const dialled = dial({ typed: request.typed, location: entry.location, purpose: 'dial' });
    if (dialled.ok && dialled.emergency !== null)
      return { ok: true, entry, dialled, emergency: true };
  }
  return { ok: false, code: 'line_not_ready' };
}
