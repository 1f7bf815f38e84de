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

test('rtpengine is used when it is named, with its addresses', () => {
  expect(parseSettings({ TRUNKLINE_RTPENGINE: '10.0.0.1:2223' }).rtpengine).toBeUndefined();
  const { rtpengine } = parseSettings({
    TRUNKLINE_MEDIA_ENGINE: 'rtpengine',
    TRUNKLINE_RTPENGINE: '10.0.0.1:2223, [::1]:2224',
    TRUNKLINE_RTPENGINE_KEYS: '10.0.0.2:2299',
  });
  expect(rtpengine).toEqual({
    hosts: [
      { host: '10.0.0.1', port: 2223 },
      { host: '::1', port: 2224 },
    ],
    dtmfLog: { host: '10.0.0.2', port: 2299 },
  });
  const parse = (more: Record<string, string>) => () =>
    parseSettings({ TRUNKLINE_MEDIA_ENGINE: 'rtpengine', ...more });
  expect(parse({})).toThrow('TRUNKLINE_RTPENGINE');
  expect(parse({ TRUNKLINE_RTPENGINE: 'media.example:2223' })).toThrow('TRUNKLINE_RTPENGINE');
  expect(parse({ TRUNKLINE_RTPENGINE: '10.0.0.1:99999' })).toThrow('TRUNKLINE_RTPENGINE');
});

test('the table in docs/settings.md is the one the schema makes', async () => {
  const page = await readFile(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  expect(page).toContain(settingsTable());
});
