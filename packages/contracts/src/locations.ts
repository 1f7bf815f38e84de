import { z } from 'zod';
import { idSchema } from './ids.ts';
import { lineOfText } from './text.ts';
import { instant, timeZone } from './time.ts';

const digits = (max: number) =>
  z.string().regex(new RegExp(`^[0-9]{1,${max}}$`), { message: 'digits only' });
const accessCode = z.string().regex(/^[0-9*#]{0,8}$/, { message: 'digits, * and # only' });

/**
 * Exactly one leading 0 of the area code is removed (NUM-004, PLT-038).
 * Area codes of countries that keep the 0 (open point O24) are entered doubled.
 */
const areaCode = z
  .string()
  .regex(/^[0-9]{0,8}$/, { message: 'digits only' })
  .transform((value) => (value.startsWith('0') ? value.slice(1) : value));

/** The location record (NUM-007); rule lists join in their own resources. */
const fields = {
  name: lineOfText(120),
  /** Country calling code without "+", for example "49". */
  countryCode: digits(3),
  areaCode,
  usesPbx: z.boolean(),
  exchangeType: z.enum(['ddi', 'msn']),
  baseNumber: z.string().regex(/^[0-9]{0,15}$/, { message: 'digits only' }),
  ddiFrom: digits(8).nullable(),
  ddiTo: digits(8).nullable(),
  internalLengthMin: z.number().int().min(1).max(15),
  internalLengthMax: z.number().int().min(1).max(15),
  /** One code for local, national and international dialling and for stripping (NUM-006). */
  accessCode,
  timeZone,
};

function checkRange(
  value: {
    exchangeType?: 'ddi' | 'msn' | undefined;
    baseNumber?: string | undefined;
    ddiFrom?: string | null | undefined;
    ddiTo?: string | null | undefined;
    internalLengthMin?: number | undefined;
    internalLengthMax?: number | undefined;
  },
  context: z.RefinementCtx,
): void {
  const { ddiFrom, ddiTo } = value;
  if (((ddiFrom ?? null) === null) !== ((ddiTo ?? null) === null))
    context.addIssue({
      code: 'custom',
      path: ['ddiTo'],
      message: 'give both ends of the DDI range',
    });
  if (ddiFrom && ddiTo) {
    if (ddiFrom.length !== ddiTo.length)
      context.addIssue({
        code: 'custom',
        path: ['ddiTo'],
        message: 'both ends need the same length',
      });
    else if (ddiFrom > ddiTo)
      context.addIssue({ code: 'custom', path: ['ddiTo'], message: 'must not be below the start' });
  }
  if (value.exchangeType === 'ddi' && value.baseNumber === '')
    context.addIssue({ code: 'custom', path: ['baseNumber'], message: 'required for a DDI line' });
  if (
    value.internalLengthMin !== undefined &&
    value.internalLengthMax !== undefined &&
    value.internalLengthMin > value.internalLengthMax
  )
    context.addIssue({
      code: 'custom',
      path: ['internalLengthMax'],
      message: 'must not be below the minimum',
    });
}

export const location = z
  .object({
    id: idSchema('location'),
    ...fields,
    areaCode: z.string(),
    createdAt: instant,
    updatedAt: instant,
    version: z.number().int(),
  })
  .meta({ id: 'Location' });
export type Location = z.infer<typeof location>;

export const createLocation = z
  .strictObject({
    ...fields,
    usesPbx: fields.usesPbx.default(true),
    exchangeType: fields.exchangeType.default('ddi'),
    baseNumber: fields.baseNumber.default(''),
    ddiFrom: fields.ddiFrom.default(null),
    ddiTo: fields.ddiTo.default(null),
    internalLengthMin: fields.internalLengthMin.default(2),
    internalLengthMax: fields.internalLengthMax.default(4),
    accessCode: fields.accessCode.default('0'),
    timeZone: fields.timeZone.default('Europe/Berlin'),
  })
  .superRefine(checkRange)
  .meta({ id: 'CreateLocation' });
export type CreateLocation = z.infer<typeof createLocation>;

export const updateLocation = z
  .strictObject(fields)
  .partial()
  .superRefine(checkRange)
  .meta({ id: 'UpdateLocation' });
export type UpdateLocation = z.infer<typeof updateLocation>;
