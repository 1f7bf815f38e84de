import type { OpusSettings } from './engine.ts';

const MIN_BITRATE = 6_000;

/**
 * Our encoder's settings within what the far side's format parameters allow (RFC 7587 §6.1):
 * `maxaveragebitrate` is a limit, `useinbandfec` and `usedtx` are wishes that default to no.
 */
export function opusSettingsFor(fmtp: string | undefined, ours: OpusSettings = {}): OpusSettings {
  if (fmtp === undefined) return ours;
  const parameters = new Map(
    fmtp.split(';').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name.trim().toLowerCase(), value.trim()] as const;
    }),
  );
  const settings: OpusSettings = {
    ...ours,
    fec: (ours.fec ?? true) && parameters.get('useinbandfec') === '1',
    dtx: (ours.dtx ?? false) && parameters.get('usedtx') === '1',
  };
  const limit = Number(parameters.get('maxaveragebitrate'));
  if (!(limit >= MIN_BITRATE)) return settings;
  return { ...settings, bitrate: Math.min(limit, ours.bitrate ?? 24_000) };
}
