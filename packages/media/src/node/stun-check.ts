import { createHmac, timingSafeEqual } from 'node:crypto';
import { readUint16, readUint32, writeUint16 } from '../rtp.ts';

const HEADER = 20;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
/** Bits of the message type that tell request, indication, success and error (RFC 8489 §5). */
const CLASS_MASK = 0x0110;
const INDICATION = 0x0010;
const REQUEST = 0x0000;
const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const INTEGRITY_LENGTH = 20;

export type StunKind = 'request' | 'response' | 'other';

/** Says what a datagram that begins like STUN is; `other` covers indications and what is no STUN. */
export function stunKind(datagram: Uint8Array): StunKind {
  if (datagram.length < HEADER || readUint32(datagram, 4) !== MAGIC_COOKIE) return 'other';
  if (readUint16(datagram, 2) !== datagram.length - HEADER) return 'other';
  const type = readUint16(datagram, 0);
  if ((type & CLASS_MASK) === REQUEST) return type === BINDING_REQUEST ? 'request' : 'other';
  return (type & CLASS_MASK) === INDICATION ? 'other' : 'response';
}

/**
 * Verifies an ICE connectivity check: a binding request with the expected USERNAME and a
 * MESSAGE-INTEGRITY by our password (RFC 8445 §7.3, RFC 8489 §9.1.3 and §14.5).
 * @param datagram of `stunKind` 'request'
 * @param username `<our ufrag>:<their ufrag>`
 */
export function isAuthenticCheck(
  datagram: Uint8Array,
  username: string,
  password: string,
): boolean {
  let sameUser = false;
  for (let at = HEADER; at + 4 <= datagram.length; ) {
    const type = readUint16(datagram, at);
    const length = readUint16(datagram, at + 2);
    const value = datagram.subarray(at + 4, at + 4 + length);
    if (value.length !== length) return false;
    if (type === USERNAME) sameUser = equal(value, Buffer.from(username));
    if (type === MESSAGE_INTEGRITY) {
      return sameUser && equal(value, integrity(datagram.subarray(0, at), password));
    }
    at += 4 + 4 * Math.ceil(length / 4);
  }
  return false;
}

/** HMAC over all before the attribute, with the length as if the message ended with it. */
function integrity(before: Uint8Array, password: string): Uint8Array {
  const message = Uint8Array.from(before);
  writeUint16(message, 2, message.length - HEADER + 4 + INTEGRITY_LENGTH);
  return createHmac('sha1', password).update(message).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
