/** Most calls at the same time. */
export interface CallLimits {
  perUser: number;
  perTenant: number;
  perNode: number;
}

export const defaultLimits: CallLimits = { perUser: 4, perTenant: 200, perNode: 400 };

interface Counted {
  readonly tenantId: string;
  readonly users: readonly string[];
}

/**
 * Whether one more call fits. Emergency calls are not asked: they are never limited (catalogue
 * decision 6).
 */
export function mayStart(calls: Iterable<Counted>, call: Counted, limits: CallLimits): boolean {
  let [node, tenant] = [0, 0];
  const perUser = new Map<string, number>();
  for (const other of calls) {
    node++;
    if (other.tenantId !== call.tenantId) continue;
    tenant++;
    for (const user of other.users) perUser.set(user, (perUser.get(user) ?? 0) + 1);
  }
  if (node >= limits.perNode || tenant >= limits.perTenant) return false;
  // A call for several users fits when one of them still has room.
  if (call.users.length === 0) return true;
  return call.users.some((user) => (perUser.get(user) ?? 0) < limits.perUser);
}
