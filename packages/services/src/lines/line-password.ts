import type { KeyRing } from '@trunkline/platform/seal.ts';

/** What a sealed line password is bound to: it opens for this line only. */
const contextOf = (lineId: string) => `line-password|${lineId}`;

/** Seals a SIP password with the tenant's key (LIN-052). */
export function sealLinePassword(
  keyring: KeyRing,
  tenantId: string,
  lineId: string,
  password: string,
): Promise<string> {
  return keyring.seal(tenantId, contextOf(lineId), password);
}

export function openLinePassword(
  keyring: KeyRing,
  tenantId: string,
  lineId: string,
  sealed: string,
): Promise<string> {
  return keyring.open(tenantId, contextOf(lineId), sealed);
}
