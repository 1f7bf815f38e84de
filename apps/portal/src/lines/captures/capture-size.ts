import { type Capture, maxCaptureBytes } from '@trunkline/contracts/captures.ts';
import type { Language } from '@trunkline/contracts/time.ts';

/** Share of the room of a capture that is used, 0–100. */
export function fillPercent({ bytes }: Pick<Capture, 'bytes'>): number {
  return Math.min(100, Math.round((bytes / maxCaptureBytes) * 100));
}

/** `12 KB`, `1.5 MB`: sizes of files. */
export function formatBytes(bytes: number, language: Language): string {
  const [value, unit] = bytes >= 1_000_000 ? [bytes / 1_000_000, 'MB'] : [bytes / 1_000, 'KB'];
  const digits = value < 10 ? 1 : 0;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${unit}`;
}
