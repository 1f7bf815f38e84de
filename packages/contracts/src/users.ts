import { z } from 'zod';
import { idSchema } from './ids.ts';
import { role } from './scopes.ts';
import { lineOfText } from './text.ts';
import { instant, language } from './time.ts';

/** The local part of the identity `<user name>@<presence domain>` (PLT-006). */
export const userName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, {
    message: 'use letters a–z, digits, dot, hyphen or underscore',
  })
  .meta({ example: 'anna.mueller' });

/** UC password: length counts, not character classes (NIST SP 800-63B). */
export const ucPassword = z.string().min(8).max(256).meta({ format: 'password' });

/** A number as an admin enters it; formatted by the location later. */
export const phoneNumberText = lineOfText(64);

/** Where a number stands in the user's contact data; `business` and `phone1` … bind lines. */
export const phoneSlot = z.enum(['business', 'phone1', 'phone2', 'mobile', 'mailbox']);
export type PhoneSlot = z.infer<typeof phoneSlot>;

export const userPhone = z.object({
  slot: phoneSlot,
  number: z.string(),
  /** The line this number is bound to, if any. */
  lineId: idSchema('line').nullable(),
});

export const user = z
  .object({
    id: idSchema('user'),
    userName: z.string(),
    identity: z.string(),
    displayName: z.string(),
    email: z.string().nullable(),
    roles: z.array(role),
    language: language.nullable(),
    enabled: z.boolean(),
    phones: z.array(userPhone),
    createdAt: instant,
    updatedAt: instant,
    version: z.number().int(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

const phonesInput = z
  .array(z.strictObject({ slot: phoneSlot, number: phoneNumberText }))
  .max(phoneSlot.options.length)
  .refine((list) => new Set(list.map((phone) => phone.slot)).size === list.length, {
    message: 'each slot may occur once',
  });

const rolesInput = z
  .array(role)
  .max(7)
  .refine((list) => new Set(list).size === list.length, { message: 'each role may occur once' });

export const createUser = z
  .strictObject({
    userName,
    displayName: lineOfText(120),
    email: z.email().max(254).optional(),
    roles: rolesInput.default([]),
    language: language.optional(),
    password: ucPassword.optional(),
    phones: phonesInput.default([]),
  })
  .meta({ id: 'CreateUser' });
export type CreateUser = z.infer<typeof createUser>;

export const updateUser = z
  .strictObject({
    displayName: lineOfText(120).optional(),
    email: z.email().max(254).nullable().optional(),
    roles: rolesInput.optional(),
    language: language.nullable().optional(),
    enabled: z.boolean().optional(),
    phones: phonesInput.optional(),
  })
  .meta({ id: 'UpdateUser' });
export type UpdateUser = z.infer<typeof updateUser>;

export const setPassword = z.strictObject({ password: ucPassword }).meta({ id: 'SetPassword' });
