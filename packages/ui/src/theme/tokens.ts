import {
  createDarkTheme,
  createLightTheme,
  type Theme,
  teamsHighContrastTheme,
} from '@fluentui/react-theme';
import { brand } from './brand.ts';

/** The looks a person can choose; `system` is resolved to one of these. */
export type Look = 'light' | 'dark' | 'contrast';

const systemFont =
  "'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, BlinkMacSystemFont, Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif";

const own: Partial<Theme> = {
  fontFamilyBase: systemFont,
  fontFamilyNumeric: systemFont,
  borderRadiusMedium: '6px',
  borderRadiusLarge: '8px',
  borderRadiusXLarge: '12px',
};

/** Fluent themes of the three looks. Only the style sheet is shipped, see `tokenSheet`. */
export const themes: Readonly<Record<Look, Theme>> = {
  light: { ...createLightTheme(brand), ...own },
  dark: {
    ...createDarkTheme(brand),
    ...own,
    // Fluent takes shade 70 here, which is too dark for a link on our dark surface.
    colorBrandForeground1: brand[110],
    colorBrandForeground2: brand[120],
    colorBrandForegroundLink: brand[110],
    colorCompoundBrandForeground1: brand[110],
  },
  contrast: { ...teamsHighContrastTheme, ...own },
};

function block(selector: string, theme: Partial<Theme>, scheme: 'light' | 'dark'): string {
  const lines = Object.entries(theme).map(([name, value]) => `  --${name}: ${String(value)};`);
  return `${selector} {\n  color-scheme: ${scheme};\n${lines.join('\n')}\n}\n`;
}

function changed(from: Theme, to: Theme): Partial<Theme> {
  return Object.fromEntries(
    Object.entries(to).filter(([name, value]) => from[name as keyof Theme] !== value),
  );
}

/**
 * The text of `tokens.css`: all Fluent tokens as custom properties on the root element, so that
 * the look is chosen by one attribute, before any script ran, and pages without Fluent share it.
 */
export function tokenSheet(): string {
  return [
    '/* Generated from tokens.ts (node packages/ui/node/write-tokens.ts); node/tokens.test.ts compares. */\n',
    block(':root', themes.light, 'light'),
    block(":root[data-look='dark']", changed(themes.light, themes.dark), 'dark'),
    block(":root[data-look='contrast']", changed(themes.light, themes.contrast), 'dark'),
  ].join('\n');
}
