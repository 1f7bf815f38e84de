import { createStore, type Store } from '@trunkline/ui/stores/store.ts';
import { audioChoice } from './audio-choice.ts';

export interface AudioDevice {
  readonly id: string;
  /** Empty until the browser was allowed the microphone once. */
  readonly name: string;
}

export interface AudioDevices {
  readonly microphones: readonly AudioDevice[];
  readonly speakers: readonly AudioDevice[];
}

/** Where the sound of calls goes now. */
export interface Speaker {
  /** Empty: the system's default. */
  readonly id: string;
  readonly volume: number;
  /** The chosen one is not connected. */
  readonly missing: boolean;
}

/** What the browser has besides its "default" and "communications" entries, which only point elsewhere. */
export async function listAudio(media: MediaDevices): Promise<AudioDevices> {
  const all = await media.enumerateDevices();
  const of = (kind: MediaDeviceKind): AudioDevice[] =>
    all
      .filter((each) => each.kind === kind && !/^(?:default|communications|)$/.test(each.deviceId))
      .map((each) => ({ id: each.deviceId, name: each.label }));
  return { microphones: of('audioinput'), speakers: of('audiooutput') };
}

/**
 * Opens the chosen microphone, or the system's default when that one is not connected.
 * @throws DOMException as `getUserMedia` does: not allowed, none there, in use
 */
export async function openMicrophone(media: MediaDevices, id: string): Promise<MediaStream> {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (id !== '')
    try {
      return await media.getUserMedia({ audio: { ...audio, deviceId: { exact: id } } });
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name !== 'OverconstrainedError' && name !== 'NotFoundError') throw error;
    }
  return media.getUserMedia({ audio });
}

/** Follows which of the chosen outputs are connected. */
export function watchSpeaker(media: MediaDevices | undefined): {
  speaker: Store<Speaker>;
  stop(): void;
} {
  const { speaker: chosen, volume } = audioChoice.get();
  const speaker = createStore<Speaker>({ id: chosen, volume, missing: false });

  async function look(): Promise<void> {
    const { speaker: id, volume: loudness } = audioChoice.get();
    const speakers = media && id !== '' ? (await listAudio(media)).speakers : [];
    // Without names or entries the browser does not tell: then the choice is taken as it is.
    const missing = speakers.length > 0 && !speakers.some((each) => each.id === id);
    speaker.set({ id: missing ? '' : id, volume: loudness, missing });
  }
  const again = () => {
    look().catch(() => {
      // The document is going away, or the browser tells nothing: the choice stays.
    });
  };
  const leave = audioChoice.subscribe(again);
  media?.addEventListener?.('devicechange', again);
  again();
  return {
    speaker,
    stop() {
      leave();
      media?.removeEventListener?.('devicechange', again);
    },
  };
}
