import { expect, test } from 'vitest';
import { brand } from './brand.ts';
import { themes } from './tokens.ts';

/** Contrast ratio of two #rrggbb colours (WCAG 2.2, relative luminance). */
function contrast(one: string, two: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test('text in the accent colour keeps AA contrast in every look', () => {
  expect(contrast(brand[80], '#ffffff')).toBeGreaterThanOrEqual(4.5);
  for (const look of ['light', 'dark'] as const) {
    const theme = themes[look];
    for (const surface of [theme.colorNeutralBackground1, theme.colorNeutralBackground3])
      for (const text of [
        theme.colorBrandForeground1,
        theme.colorBrandForegroundLink,
        theme.colorNeutralForeground2,
        theme.colorNeutralForeground3,
      ])
        expect(contrast(surface, text), `${look}: ${text} on ${surface}`).toBeGreaterThanOrEqual(
          4.5,
        );
    expect(contrast(theme.colorBrandBackground, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  }
});
