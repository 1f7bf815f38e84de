import { describe, expect, test } from 'vitest';
import { isAuthenticCheck, stunKind } from './stun-check.ts';

/** Sample request of RFC 5769 §2.1. */
const REQUEST = Buffer.from(
  `000100582112a442b7e7a701bc34d686fa87dfae
   802200105354554e207465737420636c69656e74
   002400046e0001ff
   80290008932ff9b151263b36
   00060009 6576746a3a68367659202020
   000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
   80280004e57a3bcf`.replace(/\s/g, ''),
  'hex',
);
const USER = 'evtj:h6vY';
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';

describe('a connectivity check', () => {
  test('of RFC 5769 §2.1 is authentic', () => {
    expect(stunKind(REQUEST)).toBe('request');
    expect(isAuthenticCheck(REQUEST, USER, PASSWORD)).toBe(true);
  });

  test('with another user, password, or a changed bit is not', () => {
    expect(isAuthenticCheck(REQUEST, 'evtj:h6vZ', PASSWORD)).toBe(false);
    expect(isAuthenticCheck(REQUEST, USER, `${PASSWORD}x`)).toBe(false);
    for (let at = 0; at < REQUEST.length - 8; at++) {
      // The length is replaced before the check of integrity (RFC 8489 §14.5).
      if (at === 2 || at === 3) continue;
      const changed = Buffer.from(REQUEST);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(isAuthenticCheck(changed, USER, PASSWORD)).toBe(false);
    }
  });

  test('without integrity, or cut, is not', () => {
    for (let length = 0; length < REQUEST.length - 8; length++) {
      expect(isAuthenticCheck(REQUEST.subarray(0, length), USER, PASSWORD)).toBe(false);
    }
  });
});

describe('the kind of a datagram', () => {
  const withType = (type: number) => {
    const datagram = Buffer.from(REQUEST);
    datagram.writeUInt16BE(type, 0);
    return datagram;
  };

  test('is request, response or other', () => {
    expect(stunKind(withType(0x0101))).toBe('response');
    expect(stunKind(withType(0x0111))).toBe('response');
    expect(stunKind(withType(0x0011))).toBe('other');
    expect(stunKind(withType(0x0003))).toBe('other');
    expect(stunKind(REQUEST.subarray(0, 40))).toBe('other');
    expect(stunKind(Buffer.alloc(20))).toBe('other');
    expect(stunKind(Buffer.alloc(3))).toBe('other');
  });
});
