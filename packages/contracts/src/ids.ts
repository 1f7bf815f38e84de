import { typeid } from 'typeid-js';
import { z } from 'zod';

/**
 * Every id in Trunkline is a TypeID: a type prefix and a UUIDv7 in Crockford base 32
 * (`ten_01jd…`). Ids sort by creation time under collation "C" (PLT-014, catalogue decision 8).
 */
export const idPrefixes = {
  partner: 'par',
  tenant: 'ten',
  apiKey: 'key',
  user: 'usr',
  device: 'dev',
  session: 'ses',
  location: 'loc',
  lineGroup: 'lgr',
  line: 'lin',
  lineAssignment: 'las',
  mediaNode: 'mno',
  call: 'cal',
  event: 'evt',
  journalEntry: 'jrn',
  outbox: 'obx',
  audit: 'aud',
  domain: 'dom',
  operation: 'opn',
  signingKey: 'sgk',
  dataKey: 'dky',
  request: 'req',
  capture: 'cap',
  alert: 'alr',
} as const;

export type IdKind = keyof typeof idPrefixes;
/** An id of one kind, for example `Id<'tenant'>` = `ten_…`. */
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`;

export type TenantId = Id<'tenant'>;
export type UserId = Id<'user'>;
export type DeviceId = Id<'device'>;
export type CallId = Id<'call'>;
export type LineId = Id<'line'>;
export type LineGroupId = Id<'lineGroup'>;
export type LocationId = Id<'location'>;
export type MediaNodeId = Id<'mediaNode'>;

const suffix = '[0-7][0-9a-hjkmnp-tv-z]{25}';

/** Makes a new id; its first 48 bits are the wall clock in milliseconds. */
export function newId<K extends IdKind>(kind: K): Id<K> {
  return typeid(idPrefixes[kind]).toString() as Id<K>;
}

/** Tells whether a string is a well-formed id of the given kind. */
export function isId<K extends IdKind>(kind: K, value: string): value is Id<K> {
  return new RegExp(`^${idPrefixes[kind]}_${suffix}$`).test(value);
}

/** The zod schema of an id of one kind. */
export function idSchema<K extends IdKind>(kind: K): z.ZodType<Id<K>, string> {
  return z
    .string()
    .regex(new RegExp(`^${idPrefixes[kind]}_${suffix}$`), {
      message: `expected an id such as ${idPrefixes[kind]}_…`,
    })
    .meta({ example: `${idPrefixes[kind]}_01jd3zq7w4e6v8t0n5m2k9h3xa`, format: 'typeid' }) as never;
}
