import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseSettings, SettingsError, settingsTable } from './settings.ts';

test('an empty environment gives the documented defaults', () => {
  expect(parseSettings({})).toMatchObject({
    port: 8080,
    bindAddress: '127.0.0.1',
    publicUrl: 'http://localhost:8080',
    demo: true,
  });
});

test('every wrong variable is named', () => {
  const parse = () =>
    parseSettings({
      TRUNKLINE_PORT: '80800',
      TRUNKLINE_LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
    });
  expect(parse).toThrow(SettingsError);
  expect(parse).toThrow(
    /TRUNKLINE_PORT[\s\S]*TRUNKLINE_LOG_LEVEL[\s\S]*DATABASE_URL|DATABASE_URL[\s\S]*/,
  );
});

test('an RTP range upside down is refused', () => {
  expect(() =>
    parseSettings({ TRUNKLINE_RTP_PORT_MIN: '30000', TRUNKLINE_RTP_PORT_MAX: '20000' }),
  ).toThrow('TRUNKLINE_RTP_PORT_MAX');
});

test('the table in docs/settings.md is the one the schema makes', async () => {
  const page = await readFile(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  expect(page).toContain(settingsTable());
});
