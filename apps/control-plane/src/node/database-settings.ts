import type { LoginRole } from '@trunkline/database/roles.ts';
import { rolePassword, roleUrl } from '@trunkline/platform/database-urls.ts';
import { databaseRoles, required, type Settings } from '@trunkline/platform/settings.ts';

/** Connection of each role: as set, or derived from the owner's and the role key. */
export async function databaseUrlsOf(settings: Settings): Promise<Record<LoginRole, string>> {
  const urls = await Promise.all(
    databaseRoles.map(async (role) => {
      const given = settings.databaseRoleUrls[role];
      if (given) return [role, given] as const;
      const owner = required(settings.databaseUrl, 'DATABASE_URL');
      const key = required(settings.databaseRoleKey, 'TRUNKLINE_DATABASE_ROLE_KEY');
      return [role, await roleUrl(owner, key, role)] as const;
    }),
  );
  return Object.fromEntries(urls) as Record<LoginRole, string>;
}

/** Password each role gets: the one in its connection, else the derived one. */
export async function rolePasswordsOf(settings: Settings): Promise<Record<LoginRole, string>> {
  const passwords = await Promise.all(
    databaseRoles.map(async (role) => {
      const given = settings.databaseRoleUrls[role];
      const inUrl = given ? decodeURIComponent(new URL(given).password) : '';
      if (inUrl) return [role, inUrl] as const;
      const key = required(settings.databaseRoleKey, 'TRUNKLINE_DATABASE_ROLE_KEY');
      return [role, await rolePassword(key, role)] as const;
    }),
  );
  return Object.fromEntries(passwords) as Record<LoginRole, string>;
}
