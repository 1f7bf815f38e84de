import { expect, test } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

test('takes each packet once, in any order within the window', () => {
  const window = new ReplayWindow();
  const take = (index: number) => {
    const admitted = window.admits(index);
    if (admitted) window.add(index);
    return admitted;
  };
  expect(window.newest).toBe(-1);
  expect([5, 3, 4, 5, 3, 6].map(take)).toEqual([true, true, true, false, false, true]);
  expect(take(1000)).toBe(true);
  expect(take(1000 - 128)).toBe(false);
  expect(take(1000 - 127)).toBe(true);
  expect(take(1000 - 127)).toBe(false);
  for (let i = 874; i < 1000; i++) expect(take(i)).toBe(true);
  for (let i = 873; i <= 1000; i++) expect(take(i)).toBe(false);
  expect(window.newest).toBe(1000);
});

test('a jump forgets what lies behind it', () => {
  const window = new ReplayWindow();
  for (let i = 0; i < 300; i++) window.add(i);
  window.add(300 + 60);
  expect(window.admits(330)).toBe(true);
  expect(window.admits(299)).toBe(false);
});
