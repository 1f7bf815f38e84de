import { toBase64Url } from './bytes.ts';
import type { DatabaseRole } from './settings.ts';

/** Login role in PostgreSQL of each of our roles. */
export const postgresRole: Readonly<Record<DatabaseRole, string>> = {
  app: 'trunkline_app',
  router: 'trunkline_router',
  worker: 'trunkline_worker',
  operator: 'trunkline_operator',
};

/** The password of a role: HMAC-SHA-256 of its name under the role key, base 64 URL. */
export async function rolePassword(roleKey: string, role: DatabaseRole): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(roleKey),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(postgresRole[role]));
  return toBase64Url(new Uint8Array(mac));
}

/** The owner's URL with the user and password of one of the four roles. */
export async function roleUrl(
  ownerUrl: string,
  roleKey: string,
  role: DatabaseRole,
): Promise<string> {
  const url = new URL(ownerUrl);
  url.username = postgresRole[role];
  url.password = await rolePassword(roleKey, role);
  return url.href;
}
