/** Octets of an IP address: 4 or 16. Brackets and a zone are taken off. */
export function addressOctets(text: string): Uint8Array {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const octets = bare.includes(':') ? ipv6(bare) : ipv4(bare);
  if (octets === undefined) throw new RangeError('not an IP address');
  return octets;
}

/** The address as IPv6, an IPv4 one mapped (RFC 4291 §2.5.5.2). */
export function mappedOctets(octets: Uint8Array): Uint8Array {
  if (octets.length === 16) return octets;
  const out = new Uint8Array(16);
  out.set([0xff, 0xff], 10);
  out.set(octets, 12);
  return out;
}

function ipv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function ipv6(text: string): Uint8Array | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groups(head);
  const after = groups(tail ?? '');
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  const out = new Uint8Array(16);
  out.set(before);
  out.set(after, 16 - after.length);
  return out;
}

/** Octets of groups between colons, of which the last may be an IPv4 address. */
function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const out: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const quad = ipv4(part);
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
