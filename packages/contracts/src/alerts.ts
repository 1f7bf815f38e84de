import { z } from 'zod';
import { idSchema } from './ids.ts';
import { pageQuery } from './pages.ts';
import { instant } from './time.ts';

/** What a tenant's admin is warned of. */
export const alertKind = z.enum([
  /** A fixed-IP trunk does not answer OPTIONS (LIN-045). */
  'trunk_unreachable',
  /** The toll-fraud floor refused calls (VOX-133). */
  'call_limit',
  /** A call was refused as the PBX offered no encryption (VOX-117). */
  'srtp_refused',
]);
export type AlertKind = z.infer<typeof alertKind>;

/** One alert: the same cause of the same subject counts up instead of repeating. */
export const alert = z
  .object({
    id: idSchema('alert'),
    kind: alertKind,
    severity: z.enum(['warning', 'critical']),
    /** Id of the line group, line or user it is about. */
    subject: z.string().max(80).nullable(),
    params: z.record(z.string(), z.string()),
    firstAt: instant,
    lastAt: instant,
    count: z.number().int(),
    resolvedAt: instant.nullable(),
  })
  .meta({ id: 'Alert' });
export type Alert = z.infer<typeof alert>;
export const alertQuery = pageQuery.extend({ state: z.enum(['open', 'all']).default('open') });
