const relayType = 'application/dtmf-relay';
const plainType = 'application/dtmf';
const toneMs = 160;
/** More keys in one INFO are no keypad. */
const maxKeys = 32;

/** One key as SIP INFO carries it (`application/dtmf-relay`, as most telephone systems take it). */
export function keyToInfo(digit: string): { contentType: string; body: string } {
  return { contentType: relayType, body: `Signal=${digit}\r\nDuration=${toneMs}\r\n` };
}

/** Keys of an INFO of the PBX; empty for other content. */
export function keysOfInfo(contentType: string, body: string): string {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  const text =
    type === relayType
      ? (/^\s*Signal\s*=\s*(\S+)/im.exec(body)?.[1] ?? '')
      : type === plainType
        ? body.trim()
        : '';
  // Some systems number the two keys that are no digits (RFC 4733 §3.2).
  const keys = text === '10' ? '*' : text === '11' ? '#' : text.toUpperCase();
  return keys.length <= maxKeys && /^[0-9A-D*#]+$/.test(keys) ? keys : '';
}
