import { readItem, writeItem } from '@trunkline/ui/browser/storage.ts';
import { createStore } from '@trunkline/ui/stores/store.ts';
import { type RingTone, ringTones } from './tones.ts';

export interface RingSettings {
  readonly tone: RingTone;
  /** 0 to 1. */
  readonly volume: number;
}

function stored(): RingSettings {
  const [tone, volume] = (readItem('trunkline.ring') ?? '').split(' ');
  const level = Number(volume);
  return {
    tone: ringTones.find((known) => known === tone) ?? 'soft',
    volume: volume !== undefined && level >= 0 && level <= 1 ? level : 0.7,
  };
}

/** How this browser rings. */
export const ringSettings = createStore<RingSettings>(stored());

export function chooseRing(settings: RingSettings): void {
  ringSettings.set(settings);
  writeItem('trunkline.ring', `${settings.tone} ${settings.volume}`);
}
