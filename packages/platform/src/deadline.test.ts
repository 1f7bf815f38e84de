import { expect, test } from 'vitest';
import { withinDeadline } from './deadline.ts';

test('work in time gives its result or its error', async () => {
  expect(await withinDeadline(1000, async () => 7)).toBe(7);
  await expect(
    withinDeadline(1000, async () => {
      throw new Error('own');
    }),
  ).rejects.toThrow('own');
});

test('work that hangs is not waited for', async () => {
  const never = () => new Promise<never>(() => undefined);
  await expect(withinDeadline(10, never)).rejects.toMatchObject({ code: 'unavailable' });
});
