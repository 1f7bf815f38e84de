import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dial } from './dial.ts';
import { displayNumber } from './display.ts';
import type { NumberLocation } from './location.ts';
import { interpretReported } from './reported.ts';

const location: NumberLocation = {
  countryCode: '49',
  areaCode: '30',
  usesPbx: true,
  exchangeType: 'ddi',
  baseNumber: '12345',
  ddiFrom: '10',
  ddiTo: '99',
  internalLengthMin: 2,
  internalLengthMax: 2,
  accessCode: '0',
};

test('no input, however odd, throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 400 }), fc.string({ unit: 'binary', maxLength: 300 })),
      (text) => {
        dial({ typed: text, location, purpose: 'dial' });
        interpretReported({ raw: text, kind: 'in', location });
        displayNumber(text, location);
      },
    ),
    { numRuns: 500 },
  );
});

test('a number dialled and reported back by the PBX is the same supercanonical number', () => {
  const subscriber = fc.stringMatching(/^[1-9][0-9]{5,9}$/);
  const area = fc.constantFrom('30', '89', '171', '40');
  fc.assert(
    fc.property(area, subscriber, (code, rest) => {
      const full = `+49${code}${rest}`;
      const sent = dial({ typed: full, location, purpose: 'dial' });
      if (!sent.ok) throw new Error(sent.reason);
      expect(interpretReported({ raw: sent.digits, kind: 'out', location }).number).toBe(full);
    }),
  );
});

test('interpreting a supercanonical number changes nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+[1-9][0-9]{4,14}$/), (full) => {
      expect(interpretReported({ raw: full, kind: 'in', location }).number).toBe(full);
    }),
  );
});
