/** RIFF WAVE files with 16-bit linear PCM. */

export interface WavAudio {
  /** Samples a second of each channel. */
  sampleRate: number;
  channels: number;
  /** Interleaved samples. */
  samples: Int16Array;
}

const PCM = 1;
/** WAVE_FORMAT_EXTENSIBLE; the real format is the start of the sub-format GUID. */
const EXTENSIBLE = 0xfffe;

/**
 * Reads a WAVE file. Chunks other than `fmt ` and `data` are skipped; a data chunk longer than
 * the file (written by a recorder that was stopped) ends with the file.
 * @throws RangeError when it is no WAVE file or holds anything but 16-bit PCM
 */
export function readWav(file: Uint8Array): WavAudio {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') {
    throw new RangeError('not a WAVE file');
  }
  let format: { channels: number; sampleRate: number } | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const id = tag(view, at);
    const start = at + 8;
    const length = Math.min(view.getUint32(at + 4, true), file.length - start);
    if (id === 'fmt ') format = readFormat(view, start, length);
    if (id === 'data') {
      if (format === undefined) throw new RangeError('WAVE data without format');
      const samples = new Int16Array(length >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(start + 2 * i, true);
      return { ...format, samples };
    }
    at = start + length + (length & 1);
  }
  throw new RangeError('WAVE file without data');
}

/** Writes a WAVE file. */
export function writeWav({ sampleRate, channels, samples }: WavAudio): Uint8Array {
  const bytes = samples.length * 2;
  const file = new Uint8Array(44 + bytes);
  const view = new DataView(file.buffer);
  const put = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) file[at + i] = text.charCodeAt(i);
  };
  put(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  put(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  put(36, 'data');
  view.setUint32(40, bytes, true);
  samples.forEach((sample, i) => {
    view.setInt16(44 + 2 * i, sample, true);
  });
  return file;
}

function readFormat(view: DataView, at: number, length: number) {
  if (length < 16) throw new RangeError('WAVE format cut');
  let format = view.getUint16(at, true);
  if (format === EXTENSIBLE && length >= 26) format = view.getUint16(at + 24, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if (format !== PCM || bits !== 16 || channels === 0 || sampleRate === 0) {
    throw new RangeError('only 16-bit PCM is supported');
  }
  return { channels, sampleRate };
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
}
