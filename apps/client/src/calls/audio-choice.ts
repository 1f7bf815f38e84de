import { readJson, writeJson } from '@trunkline/ui/browser/storage.ts';
import { createStore } from '@trunkline/ui/stores/store.ts';

/** Devices by the browser's id; an empty one is the system's default. Kept in this browser. */
export interface AudioChoice {
  readonly microphone: string;
  readonly speaker: string;
  readonly ring: string;
  /** Of the speaker, 0 to 1. */
  readonly volume: number;
}

const defaults: AudioChoice = { microphone: '', speaker: '', ring: '', volume: 1 };
const place = 'trunkline.audio';

function stored(): AudioChoice {
  const found = (readJson(place) ?? {}) as Partial<Record<keyof AudioChoice, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const { volume } = found;
  return {
    microphone: text(found.microphone),
    speaker: text(found.speaker),
    ring: text(found.ring),
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : defaults.volume,
  };
}

export const audioChoice = createStore<AudioChoice>(stored());

export function chooseAudio(change: Partial<AudioChoice>): void {
  audioChoice.update((before) => ({ ...before, ...change }));
  writeJson(place, audioChoice.get());
}
