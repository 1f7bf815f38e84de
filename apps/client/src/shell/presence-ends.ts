/** Ends a person can choose for a state. */
export type End = 'open' | 'half' | 'hour' | 'evening' | 'midnight';

/** The ends that still lie ahead. */
export function ends(now: Date): End[] {
  return (['open', 'half', 'hour', 'evening', 'midnight'] as const).filter(
    (end) => end !== 'evening' || now.getHours() < 18,
  );
}

/** The instant of an end, by the browser's local time; null = until it is changed. */
export function endOf(end: End, now: Date): string | null {
  const local = (hours: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate(), hours);
  const at = {
    open: null,
    half: new Date(now.getTime() + 30 * 60_000),
    hour: new Date(now.getTime() + 60 * 60_000),
    evening: local(18),
    midnight: local(24),
  }[end];
  return at === null ? null : at.toISOString();
}
