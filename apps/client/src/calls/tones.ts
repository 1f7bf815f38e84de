/** Ring tones a person can choose. */
export const ringTones = ['soft', 'classic', 'chime', 'off'] as const;
export type RingTone = (typeof ringTones)[number];

/** Every sound of the client, made on the spot; there are no sound files. */
export interface Tones {
  /** Begins to ring until the returned function is called. Volume 0–1. */
  ring(tone: RingTone, volume: number): () => void;
  /** The caller's ringing tone: 425 Hz, 1 s on, 4 s off (ITU-T E.180, Germany). */
  ringback(): () => void;
  /** Somebody else calls while one talks: two short 425 Hz beeps every 5 s (ITU-T E.180, Germany). */
  waiting(): () => void;
  /** A few notes on the output of calls, to try it. Returns how long they last, milliseconds. */
  sample(): number;
  /** A short local tone for a pressed key (ITU-T Q.23). */
  key(key: string): void;
  stop(): void;
}

type Note = { at: number; hz: number; length: number; level: number; shape: OscillatorType };

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const keys = '123A456B789C*0#D';

/** How long the notes of `sample` sound, milliseconds. */
const sampleMs = 1_500;

/** Of newer browsers; not in the library's types yet. */
interface SinkChoice {
  readonly sinkId: string;
  setSinkId(id: string): Promise<void>;
}

/** The two frequencies of a key, hertz. */
export function keyFrequencies(key: string): [number, number] | null {
  const at = keys.indexOf(key.toUpperCase());
  if (key.length !== 1 || at < 0) return null;
  return [rows[Math.floor(at / 4)] ?? 0, columns[at % 4] ?? 0];
}

/** One round of a ring tone and how long it lasts, seconds. */
export function melody(tone: Exclude<RingTone, 'off'>): { notes: Note[]; period: number } {
  if (tone === 'classic') {
    // A bell: two strikers alternating twenty times a second.
    const notes = Array.from({ length: 20 }, (_, index) => ({
      at: index * 0.05,
      hz: index % 2 === 0 ? 1320 : 1050,
      length: 0.05,
      level: 0.22,
      shape: 'triangle' as const,
    }));
    return { notes, period: 3 };
  }
  const [pitches, step, length, shape]: [number[], number, number, OscillatorType] =
    tone === 'chime'
      ? [[784, 988, 1175, 1568, 1175, 988], 0.16, 0.5, 'sine']
      : [[587, 740, 880, 740, 587, 740], 0.22, 0.34, 'sine'];
  const notes = pitches.flatMap((hz, index) => [
    { at: index * step, hz, length, level: 0.3, shape },
    { at: index * step, hz: hz * 2, length: length / 2, level: 0.06, shape },
  ]);
  return { notes, period: 3.2 };
}

/** Outputs sounds can go to: where calls are heard, and where it rings. */
type Output = 'call' | 'ring';

export interface ToneOutputs {
  /** The browser's id of an output; empty is the system's default. */
  outputOf(output: Output): string;
  /** Of what goes to the output of calls, 0 to 1. */
  volume(): number;
}

const systemOutputs: ToneOutputs = { outputOf: () => '', volume: () => 1 };

export function createTones(outputs: ToneOutputs = systemOutputs): Tones {
  const contexts = new Map<Output, AudioContext>();
  const playing = new Set<() => void>();

  function audio(output: Output): AudioContext {
    let context = contexts.get(output);
    if (!context) {
      context = new AudioContext();
      contexts.set(output, context);
      // Browsers let a page sound only after a click or key press on it.
      const unlock = () => {
        void context?.resume();
      };
      for (const event of ['pointerdown', 'keydown'])
        window.addEventListener(event, unlock, { capture: true, passive: true });
    }
    if (context.state === 'suspended') void context.resume();
    toOutput(context, outputs.outputOf(output));
    return context;
  }

  /** Browsers without the choice (Safari, Firefox) use the system's output; so does an unplugged one. */
  function toOutput(context: AudioContext & Partial<SinkChoice>, id: string): void {
    if (context.setSinkId && context.sinkId !== id)
      context.setSinkId(id).catch(() => {
        // Unplugged: it keeps sounding where it did.
      });
  }

  function sound(out: AudioNode, note: Note, start: number): void {
    const { context: sounding } = out as GainNode;
    const oscillator = sounding.createOscillator();
    const envelope = sounding.createGain();
    oscillator.type = note.shape;
    oscillator.frequency.value = note.hz;
    const from = start + note.at;
    const to = from + note.length;
    envelope.gain.setValueAtTime(0, from);
    envelope.gain.linearRampToValueAtTime(note.level, from + Math.min(0.012, note.length / 3));
    envelope.gain.linearRampToValueAtTime(0, to);
    oscillator.connect(envelope).connect(out);
    oscillator.start(from);
    oscillator.stop(to + 0.02);
  }

  function repeat(on: Output, notes: Note[], period: number, volume: number): () => void {
    const context = audio(on);
    const { destination, currentTime } = context;
    const out = context.createGain();
    out.gain.value = volume;
    out.connect(destination);
    let next = currentTime + 0.05;
    const plan = () => {
      const now = context.currentTime;
      if (next < now) next = now + 0.02;
      while (next < now + 1) {
        for (const note of notes) sound(out, note, next);
        next += period;
      }
    };
    plan();
    const timer = setInterval(plan, 300);
    const end = () => {
      clearInterval(timer);
      out.disconnect();
      playing.delete(end);
    };
    playing.add(end);
    return end;
  }

  return {
    ring(tone, volume) {
      if (tone === 'off') return () => undefined;
      const { notes, period } = melody(tone);
      return repeat('ring', notes, period, volume);
    },
    ringback: () =>
      repeat(
        'call',
        [{ at: 0, hz: 425, length: 1, level: 0.12, shape: 'sine' }],
        5,
        outputs.volume(),
      ),
    waiting: () =>
      repeat(
        'call',
        [0, 0.4].map((at) => ({ at, hz: 425, length: 0.2, level: 0.08, shape: 'sine' as const })),
        5,
        outputs.volume(),
      ),
    sample() {
      const { notes } = melody('chime');
      const context = audio('call');
      const out = context.createGain();
      out.gain.value = outputs.volume();
      out.connect(context.destination);
      for (const note of notes) sound(out, note, context.currentTime + 0.05);
      setTimeout(() => out.disconnect(), sampleMs + 400);
      return sampleMs;
    },
    key(key) {
      const pair = keyFrequencies(key);
      if (!pair) return;
      const context = audio('call');
      const { destination, currentTime } = context;
      const out = context.createGain();
      out.gain.value = 0.4 * outputs.volume();
      out.connect(destination);
      for (const hz of pair)
        sound(out, { at: 0, hz, length: 0.14, level: 0.15, shape: 'sine' }, currentTime + 0.005);
      setTimeout(() => out.disconnect(), 400);
    },
    stop() {
      for (const end of [...playing]) end();
      for (const context of contexts.values()) void context.close();
      contexts.clear();
    },
  };
}
