import { describe, expect, test } from 'vitest';
import { encodeBody } from './build.ts';
import { Headers } from './headers.ts';
import { SipRequest } from './message.ts';
import { bodyParts, sessionDescriptionOf } from './multipart.ts';
import { ParseError } from './parse-error.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n';

function message(contentType: string, body: string, disposition?: string): SipRequest {
  const headers = new Headers().append('Content-Type', contentType);
  if (disposition !== undefined) headers.append('Content-Disposition', disposition);
  return new SipRequest('INVITE', 'sip:b@x.example', headers, encodeBody(body));
}

/** A multipart body of parts given as head and text. */
function mixed(parts: [head: string, text: string][], boundary = 'b'): string {
  const all = parts.map(([head, text]) => `--${boundary}\r\n${head}\r\n\r\n${text}\r\n`);
  return `preamble\r\n${all.join('')}--${boundary}--\r\nepilogue`;
}

describe('bodies with several parts (RFC 5621)', () => {
  test('the session description among others, with folded and compact part headers', () => {
    const body = mixed([
      [
        'Content-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal; handling=optional',
        'x',
      ],
      ['c: application/sdp\r\nContent-Disposition:\r\n session', SDP],
    ]);
    const request = message('multipart/mixed; boundary="b"', body);
    expect(sessionDescriptionOf(request)).toBe(SDP);
    expect(bodyParts(request)).toEqual([
      { contentType: 'application/isup', disposition: 'signal', required: false, text: 'x' },
      { contentType: 'application/sdp', disposition: 'session', required: true, text: SDP },
    ]);
  });

  test('of alternatives the last that is understood', () => {
    const body = mixed([
      ['Content-Type: application/sdp', 'v=0 old'],
      ['Content-Type: application/sdp', SDP],
      ['Content-Type: application/new', 'x'],
    ]);
    expect(sessionDescriptionOf(message('multipart/alternative;boundary=b', body))).toBe(SDP);
  });

  test('nested, and a part without headers', () => {
    const inner = mixed([['Content-Type: application/sdp', SDP]], 'inner');
    const body = `--b\r\n\r\nplain\r\n--b\r\nContent-Type: multipart/mixed;boundary=inner\r\n\r\n${inner}\r\n--b--`;
    const request = message('multipart/mixed;boundary=b', body);
    expect(sessionDescriptionOf(request)).toBe(SDP);
    expect(bodyParts(request)[0]).toMatchObject({ contentType: 'text/plain', text: 'plain' });
  });

  test('a single body, none, and one that is no session description', () => {
    expect(sessionDescriptionOf(message('application/sdp', SDP))).toBe(SDP);
    expect(sessionDescriptionOf(message('application/sdp', ''))).toBe('');
    expect(sessionDescriptionOf(message('text/plain', 'hello'))).toBe('');
    expect(bodyParts(message('text/plain', 'x', 'render;handling=optional'))[0]?.required).toBe(
      false,
    );
  });

  test.each([
    ['no boundary', 'multipart/mixed', mixed([['', 'x']])],
    ['never closed', 'multipart/mixed;boundary=b', '--b\r\n\r\nx'],
    ['text behind the delimiter', 'multipart/mixed;boundary=b', '--bx\r\n\r\nx\r\n--b--'],
  ])('%s: 400', (_name, type, body) => {
    expect(() => bodyParts(message(type, body))).toThrow(ParseError);
  });

  test('too many parts, and too many inside each other: 413', () => {
    const many = mixed(Array.from({ length: 17 }, () => ['', 'x'] as [string, string]));
    expect(() => bodyParts(message('multipart/mixed;boundary=b', many))).toThrow(
      expect.objectContaining({ status: 413 }),
    );
    let deep = 'x';
    for (let i = 0; i < 5; i++) {
      deep = `--b${i}\r\nContent-Type: ${i === 0 ? 'text/plain' : `multipart/mixed;boundary=b${i - 1}`}\r\n\r\n${deep}\r\n--b${i}--`;
    }
    expect(() => bodyParts(message('multipart/mixed;boundary=b4', deep))).toThrow(
      expect.objectContaining({ status: 413 }),
    );
  });
});
