import { isDigits, unquote } from './chars.ts';
import type { Headers } from './headers.ts';
import { formatNameAddr, parseNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';

/** One forwarding a call went through (RFC 5806 §9). */
export interface DiversionEntry {
  /** Who forwarded. */
  uri: string;
  displayName?: string;
  /** `unconditional`, `user-busy`, `no-answer`, `deflection` … */
  reason?: string;
  /** Forwardings this entry stands for. */
  counter?: number;
  privacy?: string;
  screen?: string;
}

/** Forwardings a call is allowed to tell; more are a loop. */
const MAX_DIVERSIONS = 32;

/**
 * The forwardings of a call, the latest first (RFC 5806 §5). Entries that cannot be read are left
 * out: they say where a call came from and must not stop it.
 */
export function parseDiversions(headers: Headers): DiversionEntry[] {
  const out: DiversionEntry[] = [];
  let elements: string[] = [];
  try {
    elements = headers.elements('diversion');
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  for (const element of elements.slice(0, MAX_DIVERSIONS)) {
    try {
      out.push(parseDiversion(element));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  }
  return out;
}

function parseDiversion(value: string): DiversionEntry {
  const { displayName, uriText, params } = parseNameAddr(value, 'Diversion');
  const entry: DiversionEntry = { uri: uriText };
  if (displayName !== '') entry.displayName = displayName;
  const reason = params.get('reason');
  if (reason !== undefined) entry.reason = unquote(reason).toLowerCase();
  const counter = params.get('counter') ?? '';
  if (counter.length <= 2 && isDigits(counter)) entry.counter = Number(counter);
  const privacy = params.get('privacy');
  if (privacy !== undefined) entry.privacy = unquote(privacy).toLowerCase();
  const screen = params.get('screen');
  if (screen !== undefined) entry.screen = unquote(screen).toLowerCase();
  return entry;
}

/**
 * The value of one Diversion header.
 *
 * @throws ParseError when the URI is malformed
 */
export function formatDiversion(entry: DiversionEntry): string {
  const { uriText } = parseNameAddr(`<${entry.uri}>`, 'Diversion');
  const params = new Map<string, string>();
  if (entry.reason !== undefined) params.set('reason', token(entry.reason));
  if (entry.counter !== undefined) params.set('counter', String(entry.counter));
  if (entry.privacy !== undefined) params.set('privacy', token(entry.privacy));
  if (entry.screen !== undefined) params.set('screen', token(entry.screen));
  return formatNameAddr({ displayName: entry.displayName ?? '', uriText, params });
}

function token(text: string): string {
  return /^[\w.!%*+`'~-]+$/.test(text)
    ? text
    : `"${text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}
