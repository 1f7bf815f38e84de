import { describe, expect, test } from 'vitest';
import { parsePreferences } from './accept-language.ts';
import { isCallId, parseInReplyTo } from './call-id.ts';
import { parseContentDisposition } from './content-disposition.ts';
import { formatSipDate, parseSipDate } from './date.ts';
import { Headers } from './headers.ts';
import { parseInfoUris } from './info-uri.ts';
import { accepts, parseAccept, parseMediaType } from './media-type.ts';
import { parseMimeVersion } from './mime-version.ts';
import { ParseError } from './parse-error.ts';
import { parsePriority } from './priority.ts';
import { isLooseRouter, parseRoutes } from './route.ts';
import { parseTelNumber } from './tel-number.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import { hasToken, parseTokens } from './tokens.ts';
import { parseUri, type TelUri } from './uri.ts';
import { parseProducts } from './user-agent.ts';
import { formatWarning, parseWarnings } from './warning.ts';

const headers = (...lines: [string, string][]) => {
  const out = new Headers();
  for (const [name, value] of lines) out.append(name, value);
  return out;
};
const refuses = (values: readonly string[], read: (value: string) => unknown) => {
  for (const value of values) expect(() => read(value), value).toThrow(ParseError);
};

test('token lists over several lines and compact forms', () => {
  const list = headers(
    ['Allow', 'INVITE, ACK'],
    ['k', '100rel'],
    ['Supported', 'timer'],
    ['Allow', 'BYE'],
  );
  expect(parseTokens(list, 'allow')).toEqual(['INVITE', 'ACK', 'BYE']);
  expect(hasToken(parseTokens(list, 'supported'), 'TIMER')).toBe(true);
  expect(parseTokens(list, 'require')).toEqual([]);
  expect(parseTokens(headers(['Supported', '']), 'supported')).toEqual([]);
  refuses(['a b', 'a,,b', 'a;b', '"a"'], (v) => parseTokens(headers(['Require', v]), 'require'));
});

describe('media types', () => {
  test('Content-Type', () => {
    const type = parseMediaType('Multipart / Mixed ; boundary="a;b" ;x=1');
    expect(type).toMatchObject({ type: 'multipart', subtype: 'mixed' });
    expect(type.params.get('boundary')).toBe('"a;b"');
    refuses(['', 'text', '/plain', 'text/', 'a b/c', 'text/plain;', 'text;x=/'], parseMediaType);
  });

  test.each([
    [undefined, 'application/sdp', true],
    [undefined, 'text/plain', false],
    ['', 'application/sdp', false],
    ['application/*', 'application/sdp', true],
    ['*/*;q=0.1, application/sdp;q=0', 'application/sdp', false],
    ['text/plain', 'application/sdp', false],
    ['application/sdp;level=1, text/html', 'Application/SDP', true],
  ])('Accept %j allows %s: %s', (value, type, expected) => {
    const list = value === undefined ? headers() : headers(['Accept', value]);
    expect(accepts(parseAccept(list), type)).toBe(expected);
  });

  test('q values', () => {
    refuses(['a/b;q=1.1', 'a/b;q=0.1234', 'a/b;q=x', 'a/b;q=-1'], (v) =>
      parseAccept(headers(['Accept', v])),
    );
  });
});

test('languages and encodings, best first', () => {
  const list = headers(
    ['Accept-Language', 'da;q=0.3, en-gb;q=0.8, DE'],
    ['Accept-Encoding', 'gzip, *;q=0'],
  );
  expect(parsePreferences(list, 'accept-language').map((p) => p.value)).toEqual([
    'de',
    'en-gb',
    'da',
  ]);
  expect(parsePreferences(list, 'accept-encoding')).toEqual([
    { value: 'gzip', quality: 1 },
    { value: '*', quality: 0 },
  ]);
});

test('Content-Disposition', () => {
  expect(parseContentDisposition('Session')).toMatchObject({ type: 'session', required: true });
  expect(parseContentDisposition('render;handling=optional').required).toBe(false);
  refuses(['', ';handling=optional', 'a b'], parseContentDisposition);
});

test('Alert-Info, Call-Info, Error-Info', () => {
  const list = headers(
    ['Alert-Info', '<http://x.example/a,b.wav>;info=alert-autoanswer, <urn:alert:source:external>'],
    ['Call-Info', '<https://x.example/p.jpg> ;purpose=icon'],
  );
  expect(parseInfoUris(list, 'alert-info').map((i) => i.uriText)).toEqual([
    'http://x.example/a,b.wav',
    'urn:alert:source:external',
  ]);
  expect(parseInfoUris(list, 'call-info')[0]?.params.get('purpose')).toBe('icon');
  refuses(['http://x', '<http://x', '<>', '<a b:c>'], (v) =>
    parseInfoUris(headers(['Error-Info', v]), 'error-info'),
  );
});

test('Date', () => {
  const text = 'Sat, 13 Nov 2010 23:29:00 GMT';
  expect(parseSipDate(text)).toBe(Date.UTC(2010, 10, 13, 23, 29));
  expect(formatSipDate(Date.UTC(2010, 10, 13, 23, 29))).toBe(text);
  expect(parseSipDate('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(Date.UTC(2016, 11, 31, 23, 59, 59));
  refuses(
    [
      'Fri, 01 Jan 2010 16:00:00 EST',
      'Fri, 1 Jan 2010 16:00:00 GMT',
      'Sun, 13 Nov 2010 23:29:00 GMT',
      'Tue, 30 Feb 2010 00:00:00 GMT',
      'Sat, 13 Nov 2010 24:00:00 GMT',
      'Sat, 13 anF 2010 23:29:00 GMT',
      '',
    ],
    parseSipDate,
  );
});

test('Warning', () => {
  const list = headers([
    'Warning',
    '307 isi.edu "Session parameter \\"foo\\", not understood", 301 a:5060 "x"',
  ]);
  const warnings = parseWarnings(list);
  expect(warnings).toEqual([
    { code: 307, agent: 'isi.edu', text: 'Session parameter "foo", not understood' },
    { code: 301, agent: 'a:5060', text: 'x' },
  ]);
  expect(warnings.map(formatWarning).join(', ')).toBe(list.get('warning'));
  refuses(['30 a "x"', '307 "x"', '307 a x', '307 a "x', '307 a "x" y', '307a b "x"'], (v) =>
    parseWarnings(headers(['Warning', v])),
  );
});

test('Timestamp', () => {
  expect(parseTimestamp('54')).toEqual({ time: 54, delay: undefined });
  expect(parseTimestamp('54.21 .5')).toEqual({ time: 54.21, delay: 0.5 });
  expect(formatTimestamp({ time: 54, delay: 0.25 })).toBe('54 0.250');
  refuses(['', '-1', 'x', '1 x', '1 .', '1e5', '1'.repeat(20)], parseTimestamp);
});

test('routes', () => {
  const list = headers(
    ['Route', '<sip:a.example;lr>, "B, C" <sip:b.example>;x=1'],
    ['Route', '<sips:c.example;lr>'],
  );
  const routes = parseRoutes(list, 'route');
  expect(routes.map((r) => r.uriText)).toEqual([
    'sip:a.example;lr',
    'sip:b.example',
    'sips:c.example;lr',
  ]);
  expect(routes.map(isLooseRouter)).toEqual([true, false, true]);
  expect(isLooseRouter(parseRoutes(headers(['Path', '<tel:1;lr>']), 'path')[0] as never)).toBe(
    false,
  );
  refuses(['sip:a.example', '<sip:a', '<sip:a>, '], (v) =>
    parseRoutes(headers(['Route', v]), 'route'),
  );
});

test('Call-IDs', () => {
  for (const good of ['a', 'f81d4fae-7dec@foo.bar.com', '{x}:<y>"?"@[::1]'])
    expect(isCallId(good)).toBe(true);
  for (const bad of ['', 'a b', '@', 'a@', 'a@b@c', 'ä', 'a,b']) expect(isCallId(bad)).toBe(false);
  expect(parseInReplyTo('70710@saturn.bell-tel.com, "17320@x')).toEqual([
    '70710@saturn.bell-tel.com',
    '"17320@x',
  ]);
  refuses(['', 'a, ', 'a b'], parseInReplyTo);
});

test('User-Agent and Server', () => {
  expect(parseProducts('Softphone/1.5 (Beta (2)) libx')).toEqual([
    { kind: 'product', name: 'Softphone', version: '1.5' },
    { kind: 'comment', text: 'Beta (2)' },
    { kind: 'product', name: 'libx', version: undefined },
  ]);
  refuses(['', '(open', 'a/', '/1', 'a@b', 'x '.repeat(40)], parseProducts);
});

test('Priority and MIME-Version', () => {
  expect(parsePriority(' Emergency')).toBe('emergency');
  refuses(['', 'a b'], parsePriority);
  expect(parseMimeVersion('1.0')).toEqual({ major: 1, minor: 0 });
  refuses(['', '1', '1.x', '11111.0'], parseMimeVersion);
});

describe('tel: (RFC 3966)', () => {
  const tel = (text: string) => parseUri(text) as TelUri;
  test('global and local numbers', () => {
    expect(parseTelNumber(tel('tel:+1-201-555-0123;ext=(12)'))).toMatchObject({
      global: true,
      digits: '+12015550123',
      extension: '12',
    });
    expect(parseTelNumber(tel('tel:7042;phone-context=Example.COM'), true)).toMatchObject({
      global: false,
      digits: '7042',
      context: 'example.com',
    });
    expect(parseTelNumber(tel('tel:*31#863;phone-context=+1-914-555'))).toMatchObject({
      digits: '*31#863',
      context: '+1914555',
    });
    expect(parseTelNumber(tel('tel:112')).context).toBeUndefined();
  });

  test.each([
    'tel:+',
    'tel:+1a',
    'tel:+49*31#',
    'tel:-.-',
    'tel:1;phone-context=a_b',
    'tel:+1;phone-context=+2',
    'tel:1;ext=1;isub=2;phone-context=x',
    'tel:1;ext=x;phone-context=y',
    'tel:1',
  ])('%s is refused', (text) => {
    expect(() => parseTelNumber(tel(text), true)).toThrow(ParseError);
  });
});
