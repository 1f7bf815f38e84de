import { formatAssertedIdentity, parseAssertedIdentity } from '../message/asserted-identity.ts';
import { type DiversionEntry, formatDiversion, parseDiversions } from '../message/diversion.ts';
import {
  formatHistoryInfo,
  type HistoryInfoEntry,
  parseHistoryInfo,
} from '../message/history-info.ts';
import type { SipMessage } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { formatPrivacy, parsePrivacy } from '../message/privacy.ts';

/** Who somebody is and which way the call came, as the network says; to be believed from trusted peers only. */
export interface CallIdentity {
  /** P-Asserted-Identity (RFC 3325); empty when there is none or it cannot be read. */
  asserted: NameAddr[];
  /** Privacy (RFC 3323), such as `id`. */
  privacy: string[];
  /** Diversion (RFC 5806), the latest first. */
  diversion: DiversionEntry[];
  /** History-Info (RFC 7044) in its order. */
  historyInfo: HistoryInfoEntry[];
}

/** What an INVITE tells of its caller and its way. */
export interface IdentityOptions {
  /** URI or name-addr; two when there is a sip: and a tel: one. */
  assertedIdentity?: string | readonly string[];
  privacy?: readonly string[];
  diversion?: readonly DiversionEntry[];
  historyInfo?: readonly HistoryInfoEntry[];
}

/** Reads what a message tells of identity; malformed parts are left out. */
export function identityOf(message: SipMessage): CallIdentity {
  const { headers } = message;
  let asserted: NameAddr[] = [];
  try {
    asserted = parseAssertedIdentity(headers);
  } catch (error) {
    // An identity that cannot be read is none; the call itself is not affected.
    if (!(error instanceof ParseError)) throw error;
  }
  return {
    asserted,
    privacy: parsePrivacy(headers),
    diversion: parseDiversions(headers),
    historyInfo: parseHistoryInfo(headers),
  };
}

/**
 * Header lines for these options.
 *
 * @throws ParseError or TypeError when a value is malformed
 */
export function identityHeaders(options: IdentityOptions): [name: string, value: string][] {
  const { assertedIdentity = [], privacy = [], diversion = [], historyInfo = [] } = options;
  const identities = typeof assertedIdentity === 'string' ? [assertedIdentity] : assertedIdentity;
  const lines: [string, string][] = [];
  for (const identity of identities) {
    lines.push(['P-Asserted-Identity', formatAssertedIdentity(identity)]);
  }
  if (privacy.length > 0) lines.push(['Privacy', formatPrivacy(privacy)]);
  for (const entry of diversion) lines.push(['Diversion', formatDiversion(entry)]);
  for (const entry of historyInfo) lines.push(['History-Info', formatHistoryInfo(entry)]);
  return lines;
}
