import type { LineId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import type { CallRegistry } from '../calls/registry.ts';
import type { Tenants } from '../config/tenants.ts';
import type { Serving } from './edge-link.ts';

/** What the edge is told after each welcome: users, line states and calls of every tenant. */
export function servingOf(
  tenants: Tenants,
  calls: CallRegistry,
  stateOf: (lineId: LineId) => LineState | undefined,
): Serving {
  return Object.fromEntries(
    tenants.all().map((tenant) => {
      const lines: Record<string, LineState> = {};
      for (const lineId of tenant.lines.keys()) {
        const state = stateOf(lineId);
        if (state) lines[lineId] = state;
      }
      const live = calls
        .all()
        .filter((call) => call.tenantId === tenant.tenantId)
        .flatMap((call) =>
          call.users.map((userId) => ({ userId, call: calls.viewOf(call, userId) })),
        );
      return [tenant.tenantId, { users: [...tenant.users], lines, calls: live }];
    }),
  );
}
