import { z } from 'zod';

/** An instant in UTC, RFC 3339 with milliseconds and `Z`. */
export const instant = z.iso
  .datetime({ precision: 3 })
  .meta({ example: '2026-11-23T09:15:00.000Z' });

/** An IANA time-zone name known to this runtime. */
export const timeZone = z
  .string()
  .max(64)
  .refine(
    (zone) => {
      try {
        return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
      } catch {
        return false;
      }
    },
    { message: 'not an IANA time zone' },
  )
  .meta({ example: 'Europe/Berlin' });

/** Languages the product speaks. */
export const language = z.enum(['de', 'en']);
export type Language = z.infer<typeof language>;
