import { expect, test } from 'vitest';
import { numberSteps } from './number-steps.ts';

test('steps that say something are shown, in their order (NUM-089)', () => {
  const step = (id: string, before: string, after: string) => ({
    step: id,
    before,
    after,
    rule: 'r',
  });
  const shown = numberSteps([
    step('B3', '030 123', '030123'),
    step('B7', '030123', '+4930123'),
    step('B16', '0030123', '0030123'),
    'noise',
    { step: 'B14' },
  ]);
  expect(shown.map((each) => each.step)).toEqual(['B3', 'B7']);
  expect(numberSteps([step('B3', '10', '10'), step('B6', '10', '10')])).toHaveLength(1);
});
