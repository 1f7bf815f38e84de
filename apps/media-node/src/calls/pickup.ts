import type { CallMediaResult } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { DeviceId, UserId } from '@trunkline/contracts/ids.ts';
import { displayNumber } from '@trunkline/numbers/display.ts';
import type { LineEntry, TenantModel } from '../config/tenant-model.ts';
import type { CallEnvironment } from './environment.ts';
import { answerCall } from './incoming.ts';
import type { LiveCall } from './live-call.ts';
import { placeCode } from './outgoing.ts';

const placeholder = '<NUMBER>';

export interface PickupRequest {
  userId: UserId;
  deviceId: DeviceId;
  /** At whom it rings. */
  target: UserId;
  sdp: string;
}

/**
 * Fetches the call that rings at a colleague: inside the group on this node (LIN-072), else by the
 * group's code at the PBX (LIN-071).
 * @throws TrunklineError `nothing_to_pick_up`, `function_off`
 */
export async function pickUp(
  env: CallEnvironment,
  tenant: TenantModel,
  request: PickupRequest,
): Promise<CallMediaResult> {
  const own = tenant.linesOfUser(request.userId);
  if (own.length === 0) throw new TrunklineError('no_line');
  const allowed = own.filter(({ group }) => group.functions.includes('pick_up'));
  if (allowed.length === 0) throw new TrunklineError('function_off');
  const found = ringingInGroup(env, tenant, request, allowed);
  if (found) {
    const { call, entry } = found;
    return answerCall(env, call, {
      ...request,
      pickedUp: { entry, from: [...call.users] },
    });
  }
  const byCode = codeOf(env, tenant, request.target, allowed);
  if (!byCode) throw new TrunklineError('nothing_to_pick_up');
  return placeCode(env, tenant, request, {
    ...byCode,
    name: tenant.entryOf(request.target)?.displayName ?? byCode.code,
    why: 'pick-up by the code of the PBX',
  });
}

/** The oldest call that rings at the colleague on a line of a group both belong to. */
function ringingInGroup(
  env: CallEnvironment,
  tenant: TenantModel,
  { target, userId }: PickupRequest,
  allowed: readonly LineEntry[],
): { call: LiveCall; entry: LineEntry } | undefined {
  const calls = env.calls
    .all()
    .filter(
      (call) =>
        call.tenantId === tenant.tenantId &&
        call.takes('userAnswers') &&
        call.users.includes(target) &&
        // One's own ringing call is answered, not picked up.
        !call.users.includes(userId),
    )
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  for (const call of calls) {
    const { group } = call.entryOf(target);
    const entry = allowed.find((own) => own.group.id === group.id && own.group.pickupInServer);
    if (entry) return { call, entry };
  }
  return undefined;
}

/** The code with the colleague's number, over an own line; none when this node would know better. */
function codeOf(
  env: CallEnvironment,
  tenant: TenantModel,
  target: UserId,
  allowed: readonly LineEntry[],
): { entry: LineEntry; code: string } | undefined {
  const lines = tenant.linesOfUser(target);
  for (const entry of allowed) {
    const { pickupCode, pickupInServer, id } = entry.group;
    if (pickupCode === null || !env.lines.isOpen(entry.line.id)) continue;
    const shared = lines.find(({ group }) => group.id === id);
    // What rings at a line of this group rings here: nothing does.
    if (shared && pickupInServer) continue;
    const number =
      shared?.line.number ??
      lines[0]?.line.number ??
      tenant.entryOf(target)?.numbers.map((full) => displayNumber(full, entry.location))[0];
    const digits = number?.replace(/[^0-9]/g, '') ?? '';
    if (digits !== '') return { entry, code: pickupCode.replace(placeholder, digits) };
  }
  return undefined;
}
