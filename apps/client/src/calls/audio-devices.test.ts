import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { audioChoice, chooseAudio } from './audio-choice.ts';
import { listAudio, openMicrophone, watchSpeaker } from './audio-devices.ts';

class Media extends EventTarget {
  devices: { kind: string; deviceId: string; label: string }[] = [];
  asked: unknown[] = [];
  refuse: ((constraints: MediaStreamConstraints) => string | null) | undefined;
  enumerateDevices = async () => this.devices;
  getUserMedia = async (constraints: MediaStreamConstraints) => {
    this.asked.push(constraints.audio);
    const name = this.refuse?.(constraints);
    if (name) throw Object.assign(new Error(name), { name });
    return 'a stream';
  };
  plug(devices: Media['devices']): void {
    this.devices = devices;
    this.dispatchEvent(new Event('devicechange'));
  }
}
const of = (media: Media) => media as unknown as MediaDevices;
const device = (kind: string, deviceId: string, label = deviceId) => ({ kind, deviceId, label });

let media: Media;
beforeEach(() => {
  media = new Media();
});
afterEach(() => chooseAudio({ microphone: '', speaker: '', ring: '', volume: 1 }));

test('the browser’s entries that only point elsewhere are left out', async () => {
  media.devices = [
    device('audioinput', 'default'),
    device('audioinput', 'desk'),
    device('audiooutput', 'communications'),
    device('audiooutput', 'headset'),
    device('audiooutput', ''),
    device('videoinput', 'camera'),
  ];
  expect(await listAudio(of(media))).toEqual({
    microphones: [{ id: 'desk', name: 'desk' }],
    speakers: [{ id: 'headset', name: 'headset' }],
  });
});

test('the chosen microphone is opened; when it is not connected, the system’s', async () => {
  expect(await openMicrophone(of(media), 'desk')).toBe('a stream');
  expect(media.asked[0]).toMatchObject({ deviceId: { exact: 'desk' }, echoCancellation: true });
  media.refuse = ({ audio }) =>
    typeof audio === 'object' && audio.deviceId ? 'OverconstrainedError' : null;
  expect(await openMicrophone(of(media), 'gone')).toBe('a stream');
  expect(media.asked.at(-1)).not.toHaveProperty('deviceId');
  media.refuse = () => 'NotAllowedError';
  await expect(openMicrophone(of(media), 'desk')).rejects.toThrow('NotAllowedError');
  expect(media.asked).toHaveLength(4);
});

test('the speaker falls back while the chosen one is not connected', async () => {
  chooseAudio({ speaker: 'headset', volume: 0.5 });
  media.devices = [device('audiooutput', 'headset'), device('audiooutput', 'screen')];
  const { speaker, stop } = watchSpeaker(of(media));
  await vi.waitFor(() =>
    expect(speaker.get()).toEqual({ id: 'headset', volume: 0.5, missing: false }),
  );
  media.plug([device('audiooutput', 'screen')]);
  await vi.waitFor(() => expect(speaker.get()).toEqual({ id: '', volume: 0.5, missing: true }));
  media.plug([device('audiooutput', 'headset')]);
  await vi.waitFor(() => expect(speaker.get()).toMatchObject({ id: 'headset', missing: false }));
  chooseAudio({ volume: 0.2 });
  await vi.waitFor(() => expect(speaker.get().volume).toBe(0.2));
  stop();
  media.plug([]);
  await Promise.resolve();
  expect(speaker.get().missing).toBe(false);
});

test('a browser that names no outputs is believed', async () => {
  chooseAudio({ speaker: 'headset' });
  const { speaker, stop } = watchSpeaker(of(media));
  await vi.waitFor(() => expect(speaker.get()).toMatchObject({ id: 'headset', missing: false }));
  stop();
  expect(audioChoice.get().speaker).toBe('headset');
});
