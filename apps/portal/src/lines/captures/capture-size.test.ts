import { maxCaptureBytes } from '@trunkline/contracts/captures.ts';
import { expect, test } from 'vitest';
import { fillPercent, formatBytes } from './capture-size.ts';

test('sizes are read at a glance', () => {
  expect(formatBytes(0, 'en')).toBe('0 KB');
  expect(formatBytes(1_540, 'de')).toBe('1,5 KB');
  expect(formatBytes(20_971_520, 'en')).toBe('21 MB');
});

test('a capture is full at its bound, not above', () => {
  expect(fillPercent({ bytes: maxCaptureBytes / 4 })).toBe(25);
  expect(fillPercent({ bytes: maxCaptureBytes * 2 })).toBe(100);
});
