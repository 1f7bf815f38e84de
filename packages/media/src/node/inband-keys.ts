/** Listens for keys as tones in what one leg receives (VOX-120). */
import { type AudioDecoder, createDecoder } from '../audio-codec.ts';
import { DtmfDetector } from '../dtmf-tones.ts';
import type { CodecName } from '../engine.ts';

export class InbandKeys {
  readonly codec: CodecName;
  #decoder: AudioDecoder | undefined;
  #detector: DtmfDetector | undefined;
  #closed = false;

  constructor(codec: CodecName) {
    this.codec = codec;
    void createDecoder(codec).then((decoder) => {
      if (this.#closed) {
        decoder.free();
        return;
      }
      this.#decoder = decoder;
      this.#detector = new DtmfDetector(decoder.sampleRate);
    });
  }

  /** Whether a key is down or seems to begin. */
  get isSuspected(): boolean {
    return this.#detector?.isSuspected ?? false;
  }

  /** Takes a payload in the order of arrival; the keys that have begun in it. */
  push(payload: Uint8Array): string {
    const samples = this.#decoder?.decode(payload);
    return samples == null ? '' : (this.#detector?.push(samples) ?? '');
  }

  close(): void {
    this.#closed = true;
    this.#decoder?.free();
    this.#decoder = undefined;
  }
}
