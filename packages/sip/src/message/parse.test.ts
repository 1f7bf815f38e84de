import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inviteSample } from '../testing/invite-sample.ts';
import { createResponse } from './build.ts';
import { Headers } from './headers.ts';
import { type SipMessage, SipRequest, type SipResponse } from './message.ts';
import { parseMessage } from './parse.ts';
import { ParseError } from './parse-error.ts';
import { serializeMessage } from './serialize.ts';
import { validate } from './validate.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (message: SipMessage) => new TextDecoder().decode(serializeMessage(message));
const lines = (...all: string[]) => bytes(`${all.join('\r\n')}\r\n\r\n`);

const BASE = [
  'OPTIONS sip:a@x.example SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:b@x.example>;tag=1',
  'To: <sip:a@x.example>',
  'Call-ID: c',
  'CSeq: 1 OPTIONS',
];

const faultOf = (input: Uint8Array): ParseError => {
  try {
    validate(parseMessage(input));
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error('accepted');
};

describe('parseMessage', () => {
  test('a whole INVITE comes out with its parts, and goes back byte for byte', () => {
    const sample = inviteSample();
    const message = parseMessage(bytes(sample)) as SipRequest;
    validate(message);
    expect(message.method).toBe('INVITE');
    expect(message.requestUri).toMatchObject({ user: '+493012345620', port: 5060 });
    expect(message.via).toMatchObject({ host: '192.0.2.20', port: 5060 });
    expect(message.viaElements).toHaveLength(2);
    expect(message.from).toMatchObject({ displayName: 'Watson, Thomas' });
    expect(message.maxForwards).toBe(69);
    expect(message.contentType).toBe('application/sdp');
    expect(message.bodyText).toMatch(/^v=0\r\n/);
    expect(text(message)).toBe(sample);
  });

  test('compact forms, any case, folding and white space before the colon', () => {
    const message = parseMessage(
      lines(
        'OPTIONS sip:a@x.example SIP/2.0',
        'v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1,',
        '  SIP/2.0/TCP h;branch=2',
        'F : <sip:b@x.example>',
        '\t;tag=1',
        't:<sip:a@x.example>',
        'I: c',
        'cSEQ:1 OPTIONS',
        'k: 100rel, timer',
        'SUPPORTED: replaces',
      ),
    );
    validate(message);
    expect(message.viaElements).toEqual([
      'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
      'SIP/2.0/TCP h;branch=2',
    ]);
    expect(message.from.params.get('tag')).toBe('1');
    expect(message.headers.elements('supported')).toEqual(['100rel', 'timer', 'replaces']);
    expect(message.callId).toBe('c');
  });

  test('IPv6 in Request-URI, Via and Contact', () => {
    const message = parseMessage(
      lines(
        'OPTIONS sip:a@[2001:db8::10]:5070 SIP/2.0',
        'Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3',
        ...BASE.slice(2),
        'Contact: <sip:b@[2001:db8::9:1]>',
      ),
    ) as SipRequest;
    validate(message);
    expect(message.requestUri).toMatchObject({ host: '[2001:db8::10]', port: 5070 });
    expect(message.via.host).toBe('[2001:db8::9:1]');
    expect(message.via.params.get('received')).toBe('2001:db8::9:255');
  });

  test('empty lines before the start line are skipped; keep-alives are empty', () => {
    const base = lines(...BASE);
    const message = parseMessage(new Uint8Array([13, 10, 13, 10, ...base]));
    expect(message.kind).toBe('request');
    expect(faultOf(bytes('\r\n\r\n'))).toMatchObject({ code: 'empty', partial: undefined });
  });

  test('a body of bytes is kept; without Content-Length it reaches to the end', () => {
    const head = lines(...BASE);
    const message = parseMessage(new Uint8Array([...head, 0, 255, 13, 10]));
    expect([...message.body]).toEqual([0, 255, 13, 10]);
  });

  test.each([
    ['bare LFs', BASE.join('\n'), 'header-line'],
    ['a bare LF behind the start line', BASE.join('\r\n').replace('\r\n', '\n'), 'header-line'],
    ['a LF in a header', [...BASE, 'X: a\nVia: b'].join('\r\n'), 'header-line'],
    ['a bare CR in a header', [...BASE, 'X: a\rVia: b'].join('\r\n'), 'header-line'],
    ['a line without a colon', [...BASE, 'nonsense'].join('\r\n'), 'header-line'],
    ['a header name with a space', [...BASE, 'a b: c'].join('\r\n'), 'header-line'],
    ['a second CSeq', [...BASE, 'CSeq: 1 OPTIONS'].join('\r\n'), 'duplicate-header'],
    ['no Via', BASE.filter((l) => !l.startsWith('Via')).join('\r\n'), 'missing-header'],
    ['an empty Call-ID', [...BASE.slice(0, 4), 'Call-ID:', BASE[5]].join('\r\n'), 'header-value'],
    ['Max-Forwards 256', [...BASE, 'Max-Forwards: 256'].join('\r\n'), 'header-value'],
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x', 'start-line'],
    ['too many headers', [...BASE, ...Array(300).fill('X-A: y')].join('\r\n'), 'too-large'],
    ['a large header', [...BASE, `X: ${'y'.repeat(40_000)}`].join('\r\n'), 'too-large'],
  ])('refuses %s', (_name, input, code) => {
    expect(faultOf(bytes(`${input}\r\n\r\n`)).code).toBe(code);
  });

  test('a request that cannot be read keeps what is needed to answer it', () => {
    const { partial, status } = faultOf(lines(...BASE, 'nonsense'));
    expect(status).toBe(400);
    const response = createResponse(partial as SipRequest, 400, { toTag: 't' });
    expect(response.headers.get('via')).toBe('SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1');
    expect(response.headers.get('to')).toBe('<sip:a@x.example>;tag=t');
  });

  test('a missing empty line is a fault, not a crash', () => {
    expect(faultOf(bytes(BASE.join('\r\n'))).code).toBe('header-line');
  });
});

describe('headers', () => {
  test('a value with a line break is never written (header injection)', () => {
    const headers = new Headers();
    for (const value of ['a\r\nVia: x', 'a\nb', 'a\rb']) {
      expect(() => headers.append('X', value)).toThrow(TypeError);
      expect(() => headers.set('X', value)).toThrow(TypeError);
      expect(() => headers.prepend('X', value)).toThrow(TypeError);
    }
    expect(() => headers.append('a b', 'x')).toThrow(TypeError);
  });

  test('set replaces all lines by one in place, remove takes all', () => {
    const headers = new Headers()
      .append('A', '1')
      .append('v', '2')
      .append('B', '3')
      .append('Via', '4');
    headers.set('Via', '5');
    expect([...headers.entries()]).toEqual([
      ['A', '1'],
      ['v', '5'],
      ['B', '3'],
    ]);
    headers.remove('via');
    expect(headers.has('via')).toBe(false);
  });

  test('typed access follows a changed header', () => {
    const message = parseMessage(lines(...BASE));
    expect(message.cseq.seq).toBe(1);
    message.headers.set('CSeq', '2 OPTIONS');
    expect(message.cseq.seq).toBe(2);
  });

  test('Content-Length is always the true one', () => {
    const request = new SipRequest(
      'INFO',
      'sip:a@b',
      new Headers().append('l', '999'),
      bytes('äö'),
    );
    expect(text(request)).toBe('INFO sip:a@b SIP/2.0\r\nl: 4\r\n\r\näö');
  });
});

describe('createResponse', () => {
  const invite = parseMessage(bytes(inviteSample())) as SipRequest;

  test('copies Via, From, To, Call-ID, CSeq; Record-Route where a dialog can arise', () => {
    const ringing = createResponse(invite, 180, { toTag: 't1' });
    expect(ringing.headers.lines('via')).toEqual(invite.headers.lines('via'));
    expect(ringing.headers.lines('record-route')).toHaveLength(2);
    expect(ringing.to.params.get('tag')).toBe('t1');
    expect(ringing.cseq).toEqual(invite.cseq);
    expect(createResponse(invite, 486, { toTag: 't1' }).headers.has('record-route')).toBe(false);
  });

  test('a 100 has no tag', () => {
    expect(createResponse(invite, 100, { toTag: 't1' }).to.params.has('tag')).toBe(false);
  });

  test('LIN-096 an unknown code keeps its number and the received reason phrase', () => {
    expect(createResponse(invite, 480).reasonPhrase).toBe('Temporarily Unavailable');
    expect(createResponse(invite, 603).reasonPhrase).toBe('Decline');
    expect(createResponse(invite, 499).reasonPhrase).toBe('Bad Request');
    const received = parseMessage(
      lines('SIP/2.0 499 Local Oddity', ...BASE.slice(1)),
    ) as SipResponse;
    expect(received).toMatchObject({ statusCode: 499, reasonPhrase: 'Local Oddity' });
  });
});

describe('properties', () => {
  const seeds = [
    bytes(inviteSample()),
    lines(
      ...BASE,
      'Contact: "a\\"b" <sip:a@[::1]:5?x=y>;q=0.3, *',
      'WWW-Authenticate: Digest a="b"',
    ),
    lines('SIP/2.0 200 OK', ...BASE.slice(1)),
  ];

  /** Everything that reads, so that a mutation is felt wherever it hits. */
  const readAll = (message: SipMessage) => {
    validate(message);
    void message.contacts;
    void message.viaElements;
    for (const key of ['supported', 'allow', 'record-route']) message.headers.elements(key);
  };

  test('mutations throw nothing but ParseError; what is read serialises stably', () => {
    const mutation = fc.record({
      at: fc.nat(1_300),
      drop: fc.nat(12),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 6 }),
        fc.constantFrom(
          ...['\r\n', '\r\n ', ';', '"', '<', ',', '@', '%', '[', ':', '\0'].map(bytes),
        ),
      ),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(mutation, { maxLength: 6 }),
        (seed, changes) => {
          let input = [...seed];
          for (const { at, drop, insert } of changes) {
            const i = at % (input.length + 1);
            input = [...input.slice(0, i), ...insert, ...input.slice(i + drop)];
          }
          let once: Uint8Array;
          try {
            const message = parseMessage(Uint8Array.from(input));
            once = serializeMessage(message);
            readAll(message);
          } catch (error) {
            expect(error).toBeInstanceOf(ParseError);
            return;
          }
          const again = parseMessage(once);
          readAll(again);
          expect(Buffer.from(serializeMessage(again))).toEqual(Buffer.from(once));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('random bytes throw nothing but ParseError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          parseMessage(input);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError);
        }
      }),
    );
  });
});
