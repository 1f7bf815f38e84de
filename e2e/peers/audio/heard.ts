/** What a peer hears at the moment. */
export interface Heard {
  /** Dominating frequency in hertz; 0 for silence. */
  readonly hz: number;
  /** Level in dB below full scale (RMS for a phone's recording, peak bin for a browser). */
  readonly level: number;
}

/** Quieter than this is silence: the noise of a codec lies lower, the tones of the peers at −15. */
export const SILENCE_DB = -60;

/** Tells whether a tone is heard: its frequency within 3 %, and not silence. */
export function hears(heard: Heard, hz: number): boolean {
  return heard.level > SILENCE_DB && Math.abs(heard.hz - hz) <= hz * 0.03;
}
