import type { Language } from '@trunkline/contracts/time.ts';

const cache = new Map<string, Intl.DateTimeFormat>();
const zones = { de: 'de-DE', en: 'en-GB' } as const;

function formatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(zones[language], options);
    cache.set(key, found);
  }
  return found;
}

/** `14:02` in the browser's zone. */
export function formatClock(at: Date, language: Language): string {
  return formatter(language, { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** A local calendar day as a sortable key, `2026-11-23`. */
export function dayKey(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Whole local days between two instants (yesterday = 1), safe over clock changes. */
export function daysAgo(at: Date, now: Date): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((day(now) - day(at)) / 86_400_000);
}

/** `Heute`, `Gestern`, `Freitag`, `Fr., 13. November` …, with the year once it is another one. */
export function formatDay(at: Date, now: Date, language: Language): string {
  const ago = daysAgo(at, now);
  if (ago === 0 || ago === 1) {
    const text = new Intl.RelativeTimeFormat(zones[language], { numeric: 'auto' }).format(
      -ago,
      'day',
    );
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  if (ago > 1 && ago < 7) return formatter(language, { weekday: 'long' }).format(at);
  return formatter(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    ...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  }).format(at);
}

/** `14:02` today, `Fr. 14:02` this week, `13.11. 14:02` before. */
export function formatMoment(at: Date, now: Date, language: Language): string {
  const ago = daysAgo(at, now);
  const clock = formatClock(at, language);
  if (ago <= 0) return clock;
  if (ago < 7) return `${formatter(language, { weekday: 'short' }).format(at)} ${clock}`;
  return `${formatter(language, { day: '2-digit', month: '2-digit' }).format(at)} ${clock}`;
}

/** Date and time with seconds, for tooltips and details. */
export function formatFull(at: Date, language: Language): string {
  return formatter(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** `0:07`, `12:30`, `1:02:05` from milliseconds; what a call timer shows. */
export function formatTimer(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `3 Min. 12 Sek.`, `1 hr, 2 min`: a duration in words, two units at most. */
export function formatDuration(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? [parts[2] as [number, string]] : parts.slice(first, first + 2);
  return shown
    .filter(([value], index) => value > 0 || index === 0)
    .map(([value, unit]) =>
      new Intl.NumberFormat(zones[language], { style: 'unit', unit, unitDisplay: 'short' }).format(
        value,
      ),
    )
    .join(' ');
}
