import { type ErrorCode, errorRegistry } from '@trunkline/contracts/errors.ts';
import type { RealtimeEventData, RealtimeEventType } from '@trunkline/contracts/realtime.ts';
import type { Language } from '@trunkline/contracts/time.ts';

/**
 * Numbered frames are kept and shared as bodies: everything behind the sequence number, so that
 * a fan-out serialises its data once and each stream only puts its own number before it.
 */
export function eventBody<T extends RealtimeEventType>(
  type: T,
  data: RealtimeEventData<T>,
): string {
  return `"t":"event","type":"${type}","data":${JSON.stringify(data)}}`;
}

/** Outcome of a command as it is kept for repeats. */
export type CommandOutcome = { ok: true; data: unknown } | { ok: false; code: ErrorCode };

export function resultBody(id: string, outcome: CommandOutcome, language: Language): string {
  const rest = outcome.ok
    ? { t: 'result', id, ok: true, data: outcome.data }
    : {
        t: 'result',
        id,
        ok: false,
        error: { code: outcome.code, title: errorRegistry[outcome.code].title[language] },
      };
  return JSON.stringify(rest).slice(1);
}

/** The frame of a body in one stream. */
export function numberedFrame(seq: number, body: string): string {
  return `{"seq":${seq},${body}`;
}

/** The last frame before the server closes the socket. */
export function byeFrame(code: ErrorCode, language: Language): string {
  return JSON.stringify({ t: 'bye', code, title: errorRegistry[code].title[language] });
}
