import { z } from 'zod';

/** Scopes of API keys and tokens: resource and read/write (PLT-052). */
export const scopes = [
  'tenants:read',
  'tenants:write',
  'users:read',
  'users:write',
  'locations:read',
  'locations:write',
  'lines:read',
  'lines:write',
  'audit:read',
  /** Calls of all users with their timelines, SIP captures, alerts (diagnosis). */
  'calls:read',
  'calls:write',
  /** What every signed-in user has: own data, people, calls, journal. */
  'client',
  /** Only emergency calls: a suspended tenant's users (catalogue decision 6). */
  'emergency',
] as const;
export const scope = z.enum(scopes);
export type Scope = z.infer<typeof scope>;

/** Tenant admin roles (PLT-048). A user without a role is just a user. */
export const roles = [
  'owner',
  'admin',
  'user_admin',
  'telephony_admin',
  'helpdesk',
  'auditor',
  'billing',
] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

const read = ['users:read', 'locations:read', 'lines:read'] as const;
const all = [
  ...read,
  'users:write',
  'locations:write',
  'lines:write',
  'audit:read',
  'tenants:read',
  'calls:read',
  'calls:write',
] as const;

/** The scopes a role grants inside its own tenant. */
export const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  owner: all,
  admin: all,
  user_admin: ['users:read', 'users:write'],
  telephony_admin: [...read, 'locations:write', 'lines:write', 'calls:read', 'calls:write'],
  helpdesk: [...read, 'calls:read'],
  auditor: [...read, 'audit:read'],
  billing: ['tenants:read'],
};
