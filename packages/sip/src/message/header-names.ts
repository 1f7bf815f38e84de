/**
 * Header names the stack knows: long form, one-letter compact form (RFC 3261 §7.3.3 and the IANA
 * registry), and whether a second line of it is an
 * error. Only headers on which framing, matching or routing hang are strict; a doubled `Server` harms
 * nobody.
 */
const KNOWN: readonly (readonly [name: string, compact: string, single: boolean])[] = [
  ['Via', 'v', false],
  ['From', 'f', true],
  ['To', 't', true],
  ['Call-ID', 'i', true],
  ['CSeq', '', true],
  ['Contact', 'm', false],
  ['Max-Forwards', '', true],
  ['Content-Length', 'l', true],
  ['Content-Type', 'c', true],
  ['Content-Encoding', 'e', false],
  ['Content-Disposition', '', false],
  ['Content-Language', '', false],
  ['Route', '', false],
  ['Record-Route', '', false],
  ['Path', '', false],
  ['Service-Route', '', false],
  ['Expires', '', false],
  ['Min-Expires', '', false],
  ['Retry-After', '', false],
  ['Accept', '', false],
  ['Accept-Encoding', '', false],
  ['Accept-Language', '', false],
  ['Allow', '', false],
  ['Allow-Events', 'u', false],
  ['Supported', 'k', false],
  ['Require', '', false],
  ['Proxy-Require', '', false],
  ['Unsupported', '', false],
  ['WWW-Authenticate', '', false],
  ['Proxy-Authenticate', '', false],
  ['Authorization', '', false],
  ['Proxy-Authorization', '', false],
  ['Authentication-Info', '', false],
  ['Proxy-Authentication-Info', '', false],
  ['User-Agent', '', false],
  ['Server', '', false],
  ['Date', '', false],
  ['Subject', 's', false],
  ['Timestamp', '', false],
  ['Warning', '', false],
  ['Reason', '', false],
  ['Event', 'o', true],
  ['Subscription-State', '', false],
  ['Refer-To', 'r', true],
  ['Referred-By', 'b', false],
  ['Replaces', '', true],
  ['Session-Expires', 'x', true],
  ['Min-SE', '', true],
  ['RSeq', '', true],
  ['RAck', '', true],
  ['P-Asserted-Identity', '', false],
  ['P-Preferred-Identity', '', false],
  ['Privacy', '', false],
  ['Diversion', '', false],
  ['History-Info', '', false],
  ['Alert-Info', '', false],
  ['Call-Info', '', false],
  ['Error-Info', '', false],
  ['In-Reply-To', '', false],
  ['Reply-To', '', true],
  ['Accept-Contact', 'a', false],
  ['Reject-Contact', 'j', false],
  ['Request-Disposition', 'd', false],
  ['Identity', 'y', false],
  ['Organization', '', false],
  ['Priority', '', false],
  ['MIME-Version', '', false],
];

/** What the parser needs to know about a header name, found in one look-up. */
export interface HeaderInfo {
  /** Spelling in the table. */
  readonly name: string;
  /** Lower-case long form, the key under which the header is found. */
  readonly key: string;
  /** Its bit in a mask over the single-valued headers; 0 when several lines are allowed. */
  readonly bit: number;
  /** Whether the stack knows it. */
  readonly known: boolean;
}

const infoByName = new Map<string, HeaderInfo>();
let nextBit = 1;
for (const [name, compact, single] of KNOWN) {
  const bit = single ? nextBit : 0;
  if (single) nextBit *= 2;
  const info: HeaderInfo = { name, key: name.toLowerCase(), bit, known: true };
  for (const form of [name, name.toLowerCase(), compact, compact.toUpperCase()]) {
    if (form !== '') infoByName.set(form, info);
  }
}

/** Headers by length and first character of their usual spelling. */
const buckets: (HeaderInfo[] | undefined)[] = [];
for (const [name] of KNOWN) {
  const info = infoByName.get(name);
  const slot = slotOf(name.length, name.charCodeAt(0));
  if (info !== undefined) buckets[slot] = [...(buckets[slot] ?? []), info];
}

function slotOf(length: number, first: number): number {
  return length * 128 + first;
}

/**
 * Info for the name `head[start, end)` when it is spelt as usual, which is nearly always; found
 * without making a string of it.
 */
export function knownHeaderAt(head: string, start: number, end: number): HeaderInfo | undefined {
  const bucket = buckets[slotOf(end - start, head.charCodeAt(start))];
  if (bucket === undefined) return undefined;
  for (let i = 0; i < bucket.length; i++) {
    const info = bucket[i] as HeaderInfo;
    if (head.startsWith(info.name, start)) return info;
  }
  return undefined;
}

/** Info for a name in any spelling; headers the stack does not know may repeat. */
export function headerInfo(name: string): HeaderInfo {
  const known = infoByName.get(name);
  if (known !== undefined) return known;
  const key = name.toLowerCase();
  return infoByName.get(key) ?? { name, key, bit: 0, known: false };
}

/** Lower-case long form of a header name in any spelling or compact form. */
export function canonicalName(name: string): string {
  return headerInfo(name).key;
}

/** Usual spelling of a canonical name, for error texts. */
export function displayName(key: string): string {
  return KNOWN.find(([name]) => name.toLowerCase() === key)?.[0] ?? key;
}
