/** Octets of an IPv4 address in dotted decimals; `undefined` when it is none. */
export function ipv4Octets(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

/**
 * Octets of an IPv6 address without brackets, in any spelling of RFC 4291 §2.2 (the grammar of
 * RFC 3261 allowed too much, see RFC 5954); `undefined` when it is none.
 */
export function ipv6Octets(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groups(head, tail === undefined);
  const after = tail === undefined ? [] : groups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  const out = new Uint8Array(16);
  out.set(before);
  out.set(after, 16 - after.length);
  return out;
}

/** Octets of groups between colons; at the end of an address the last may be an IPv4 address. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = last && i === parts.length - 1 ? ipv4Octets(part) : undefined;
      if (quad === undefined) return undefined;
      out.push(...quad);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
      const value = Number.parseInt(part, 16);
      out.push(value >> 8, value & 0xff);
    }
  }
  return out.length <= 16 ? out : undefined;
}
