import type { Headers } from './headers.ts';
import { formatNameAddr, parseNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';
import { formatReasonValue, parseReason, type ReasonValue } from './reason.ts';
import { formatUri, type SipUri } from './uri.ts';
import { formatUriHeaders, parseUriHeaders, type UriHeader } from './uri-headers.ts';

/** One station of a request's way (RFC 7044 §5). */
export interface HistoryInfoEntry {
  /** Target of that station, without the header fields that carry `reason` and `privacy`. */
  uri: string;
  displayName?: string;
  /** Place in the tree, such as `1.2.1`. */
  index: string;
  /** Why it was left for the next. */
  reason?: ReasonValue;
  privacy?: string;
  /** How the target was found and from which index: recursion, mapping, or no change. */
  change?: { kind: 'rc' | 'mp' | 'np'; from: string };
}

/** Stations a request is allowed to tell; more are a loop. */
const MAX_ENTRIES = 64;
const INDEX = /^\d{1,9}(\.\d{1,9}){0,63}$/;
const CHANGES = ['rc', 'mp', 'np'] as const;

/** The stations of a request in their order; those that cannot be read are left out. */
export function parseHistoryInfo(headers: Headers): HistoryInfoEntry[] {
  const out: HistoryInfoEntry[] = [];
  let elements: string[] = [];
  try {
    elements = headers.elements('history-info');
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  for (const element of elements.slice(0, MAX_ENTRIES)) {
    try {
      out.push(parseEntry(element));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  }
  return out;
}

function parseEntry(value: string): HistoryInfoEntry {
  const { displayName, uri, uriText, params } = parseNameAddr(value, 'History-Info');
  const index = params.get('index') ?? '';
  if (!INDEX.test(index)) throw new ParseError('header-value', 'Malformed History-Info index');
  const entry: HistoryInfoEntry = { uri: uriText, index };
  if (displayName !== '') entry.displayName = displayName;
  if (uri.kind === 'sip' && uri.headers !== undefined) {
    const fields = new Map(
      parseUriHeaders(uri.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    entry.uri = formatUri({ ...uri, headers: undefined });
    const reason = fields.get('reason');
    if (reason !== undefined) entry.reason = parseReason(reason);
    const privacy = fields.get('privacy');
    if (privacy !== undefined) entry.privacy = privacy.toLowerCase();
  }
  for (const kind of CHANGES) {
    const from = params.get(kind);
    if (from !== undefined && INDEX.test(from)) entry.change = { kind, from };
  }
  return entry;
}

/**
 * The value of one History-Info header.
 *
 * @throws ParseError when the URI is malformed, TypeError when the index is
 */
export function formatHistoryInfo(entry: HistoryInfoEntry): string {
  if (!INDEX.test(entry.index)) throw new TypeError('malformed History-Info index');
  const { uri } = parseNameAddr(`<${entry.uri}>`, 'History-Info');
  const fields: UriHeader[] = [];
  if (entry.reason !== undefined) fields.push(['Reason', formatReasonValue(entry.reason)]);
  if (entry.privacy !== undefined) fields.push(['Privacy', entry.privacy]);
  const uriText = uri.kind === 'sip' ? formatUri(withHeaders(uri, fields)) : entry.uri;
  const params = new Map([['index', entry.index]]);
  if (entry.change !== undefined) params.set(entry.change.kind, entry.change.from);
  return formatNameAddr({ displayName: entry.displayName ?? '', uriText, params });
}

function withHeaders(uri: SipUri, fields: readonly UriHeader[]): SipUri {
  if (fields.length === 0) return uri;
  const own = uri.headers === undefined || uri.headers === '' ? [] : [uri.headers];
  return { ...uri, headers: [...own, formatUriHeaders(fields)].join('&') };
}
