import { z } from 'zod';

/** Control characters, halves of surrogate pairs, and marks that turn the reading direction. */
const unfit = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;
const visible = /[^\p{Cf}\p{Z}]/u;

/**
 * A line of text that people read, for example a name: something to see, nothing that breaks the
 * line or makes it read as something else (Unicode TR 36 §3.2).
 * @param max UTF-16 units
 */
export const lineOfText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !unfit.test(value), { message: 'must not contain control characters' })
    .refine((value) => visible.test(value), { message: 'must contain something to read' });

/** The same text without what a line must not hold, for text we may not refuse. */
export const cleanLine = (text: string): string =>
  text.replace(new RegExp(unfit.source, 'gu'), '').trim();
