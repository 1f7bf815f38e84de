import { readItem, writeItem } from '../browser/storage.ts';

/** User name of the last sign-in on this browser. */
export const rememberedIdentity = (): string => readItem('trunkline.identity') ?? '';
/** Company of the last sign-in on this browser. */
export const rememberedTenant = (): string => readItem('trunkline.tenant') ?? '';

export function rememberSignIn(identity: string, tenant: string): void {
  writeItem('trunkline.identity', identity);
  if (tenant) writeItem('trunkline.tenant', tenant);
}
