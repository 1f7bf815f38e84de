import type { CallView } from '@trunkline/contracts/calls.ts';
import type { CallId, DeviceId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { LiveCall } from './live-call.ts';

/** The live calls of this node. */
export class CallRegistry {
  private readonly calls = new Map<CallId, LiveCall>();

  add(call: LiveCall): void {
    this.calls.set(call.id, call);
  }

  remove(callId: CallId): void {
    this.calls.delete(callId);
  }

  all(): LiveCall[] {
    return [...this.calls.values()];
  }

  get(callId: CallId): LiveCall | undefined {
    return this.calls.get(callId);
  }

  /** A call, if this user of this tenant takes part in it. */
  find(callId: CallId, tenantId: TenantId, userId: UserId): LiveCall | undefined {
    const call = this.calls.get(callId);
    return call?.tenantId === tenantId && call.users.includes(userId) ? call : undefined;
  }

  heldBy(tenantId: TenantId, deviceId: DeviceId): LiveCall[] {
    return this.all().filter((call) => call.tenantId === tenantId && call.deviceId === deviceId);
  }

  /**
   * Calls a user holds that stand: one of them talks, the others are on hold. While the PBX sends one
   * to somebody else the user goes on talking in it.
   */
  standingOf(tenantId: TenantId, userId: UserId): LiveCall[] {
    return this.all().filter(
      (call) =>
        call.tenantId === tenantId &&
        call.userId === userId &&
        !call.parted.has(userId) &&
        (call.phase === 'talking' || call.phase === 'following' || call.phase === 'followingOn'),
    );
  }

  /** A call as one user's devices see it. */
  viewOf(call: LiveCall, userId: UserId): CallView {
    const others = this.all().filter(
      (other) =>
        other !== call &&
        other.tenantId === call.tenantId &&
        other.userId === userId &&
        !other.parted.has(userId) &&
        (other.phase === 'talking' || other.phase === 'farRinging' || other.phase === 'placing'),
    );
    return call.viewFor(userId, others.length > 0);
  }
}
