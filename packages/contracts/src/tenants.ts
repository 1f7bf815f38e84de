import { z } from 'zod';
import { idSchema } from './ids.ts';
import { lineOfText } from './text.ts';
import { instant, language, timeZone } from './time.ts';
import { ucPassword, userName } from './users.ts';

/** Names that would collide with our own hosts (PLT-013). */
const reservedAliases = new Set([
  'www',
  'api',
  'admin',
  'portal',
  'app',
  'auth',
  'login',
  'mail',
  'smtp',
  'sip',
  'sips',
  'turn',
  'stun',
  'xmpp',
  'edge',
  'media',
  'status',
  'docs',
  'help',
  'support',
  'static',
  'trunkline',
]);

/** Tenant alias: trimmed and lower-cased at the door, globally unique (PLT-013). */
export const tenantAlias = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]{3,63}$/, { message: 'use 3 to 63 letters a–z, digits or hyphens' })
  .refine((value) => !value.startsWith('-') && !value.endsWith('-'), {
    message: 'must not begin or end with a hyphen',
  })
  .refine((value) => !reservedAliases.has(value), { message: 'this alias is reserved' })
  .meta({ example: 'musterfirma' });

/** Tenant lifecycle (PLT-015). */
export const tenantState = z.enum([
  'provisioning',
  'trial',
  'active',
  'past_due',
  'suspended',
  'cancelled',
  'purging',
  'purged',
]);
export type TenantState = z.infer<typeof tenantState>;

export const tenant = z
  .object({
    id: idSchema('tenant'),
    alias: z.string(),
    displayName: z.string(),
    legalName: z.string().nullable(),
    presenceDomain: z.string(),
    region: z.string(),
    state: tenantState,
    partnerId: idSchema('partner').nullable(),
    externalReference: z.string().nullable(),
    timeZone: z.string(),
    defaultLanguage: language,
    createdAt: instant,
    updatedAt: instant,
    version: z.number().int(),
  })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof tenant>;

export const createTenant = z
  .strictObject({
    alias: tenantAlias,
    displayName: lineOfText(120),
    legalName: lineOfText(200).optional(),
    externalReference: lineOfText(120).optional(),
    timeZone: timeZone.default('Europe/Berlin'),
    defaultLanguage: language.default('de'),
    firstAdmin: z.strictObject({
      userName,
      displayName: lineOfText(120),
      email: z.email().max(254).optional(),
      /** Left out: the admin signs in only once a password was set. */
      password: ucPassword.optional(),
    }),
  })
  .meta({ id: 'CreateTenant' });
export type CreateTenant = z.infer<typeof createTenant>;

export const updateTenant = z
  .strictObject({
    displayName: lineOfText(120).optional(),
    legalName: lineOfText(200).nullable().optional(),
    timeZone: timeZone.optional(),
    defaultLanguage: language.optional(),
  })
  .meta({ id: 'UpdateTenant' });
export type UpdateTenant = z.infer<typeof updateTenant>;

/** Why a tenant was suspended; several reasons stand side by side (PLT-015). */
export const suspendReason = z.enum(['payment', 'abuse', 'partner', 'operator', 'trial_over']);
export type SuspendReason = z.infer<typeof suspendReason>;
export const suspendTenant = z
  .strictObject({ reason: suspendReason })
  .meta({ id: 'SuspendTenant' });
export const resumeTenant = z.strictObject({ reason: suspendReason }).meta({ id: 'ResumeTenant' });
