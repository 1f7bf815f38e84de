import { z } from 'zod';

/** Toll-fraud floor of a tenant (VOX-133); emergency numbers pass in any case. */
export const callLimits = z
  .strictObject({
    /** Outgoing calls at a time. */
    concurrentCalls: z.number().int().min(1).max(10_000),
    /** Outgoing call attempts of the tenant in any 60 s. */
    callsPerMinute: z.number().int().min(1).max(10_000),
    /** Outgoing call attempts of one user in any 60 s. */
    callsPerMinuteUser: z.number().int().min(1).max(1_000),
    /** Country calling codes that may be dialled besides the locations' own; `*` alone is all. */
    countries: z.array(z.string().regex(/^(?:[0-9]{1,3}|\*)$/)).max(300),
    /** Supercanonical prefixes never dialled, such as premium and satellite ranges. */
    blockedPrefixes: z.array(z.string().regex(/^\+[0-9]{1,15}$/)).max(1_000),
    /** Minutes of calls to foreign countries in any hour; null = no limit. */
    foreignMinutesPerHour: z.number().int().min(0).max(100_000).nullable(),
  })
  .meta({ id: 'CallLimits' });
export type CallLimits = z.infer<typeof callLimits>;

/** What a tenant starts with: own countries only, known fraud targets closed. */
export const defaultCallLimits: CallLimits = {
  concurrentCalls: 200,
  callsPerMinute: 120,
  callsPerMinuteUser: 20,
  countries: ['31', '32', '33', '39', '41', '43', '44', '45', '46', '47', '48', '49', '352', '1'],
  // Satellite, international networks and premium rate, the usual targets of toll fraud.
  blockedPrefixes: [
    ...['+870', '+878', '+881', '+882', '+883', '+888', '+979', '+49900', '+1900'],
    // Islands that look like North America but cost like far away.
    ...['+1242', '+1246', '+1264', '+1268', '+1284', '+1345', '+1441', '+1473', '+1649', '+1658'],
    ...['+1664', '+1721', '+1758', '+1767', '+1784', '+1809', '+1829', '+1849', '+1868', '+1869'],
    '+1876',
  ],
  foreignMinutesPerHour: 600,
};

/** Why a call was refused by the limits. */
export const limitReason = z.enum([
  'concurrent_calls',
  'call_rate',
  'user_call_rate',
  'country',
  'blocked_prefix',
  'foreign_minutes',
]);
export type LimitReason = z.infer<typeof limitReason>;
