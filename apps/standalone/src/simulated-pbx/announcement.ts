/** Samples per second of telephone audio. */
const sampleRate = 8000;

interface Note {
  /** Hertz; 0 is silence. */
  readonly hz: number;
  readonly ms: number;
}

/** The jingle of extension 11: three rising chords' roots, a rest, and the way back. */
const jingle: readonly Note[] = [
  { hz: 523.25, ms: 220 },
  { hz: 659.25, ms: 220 },
  { hz: 783.99, ms: 220 },
  { hz: 1046.5, ms: 440 },
  { hz: 0, ms: 260 },
  { hz: 783.99, ms: 220 },
  { hz: 659.25, ms: 220 },
  { hz: 523.25, ms: 500 },
  { hz: 0, ms: 700 },
];

const level = 9000;
/** Soft start and end of each note, so that it does not click. */
const fadeMs = 12;

function noteSamples({ hz, ms }: Note): Int16Array {
  const samples = new Int16Array(Math.round((sampleRate * ms) / 1000));
  const fade = (sampleRate * fadeMs) / 1000;
  for (let index = 0; index < samples.length; index++) {
    const edge = Math.min(1, index / fade, (samples.length - index) / fade);
    samples[index] = Math.round(level * edge * Math.sin((2 * Math.PI * hz * index) / sampleRate));
  }
  return samples;
}

/** The announcement, over and over, in frames of 20 ms. */
export function announcement(): () => Int16Array {
  const notes = jingle.map(noteSamples);
  const whole = new Int16Array(notes.reduce((length, note) => length + note.length, 0));
  let offset = 0;
  for (const note of notes) {
    whole.set(note, offset);
    offset += note.length;
  }
  let at = 0;
  return () => {
    const frame = new Int16Array(160);
    for (let index = 0; index < frame.length; index++) {
      frame[index] = whole[at] ?? 0;
      at = (at + 1) % whole.length;
    }
    return frame;
  };
}
