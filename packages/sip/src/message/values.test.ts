import { describe, expect, test } from 'vitest';
import { formatAuth, parseAuth } from './auth.ts';
import { parseContacts, parseDeltaSeconds } from './contact.ts';
import { parseCSeq } from './cseq.ts';
import { splitList } from './list.ts';
import { formatNameAddr, parseNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';
import { escapeUser, formatUri, parseUri, userOf } from './uri.ts';
import { uriEquals } from './uri-equals.ts';
import { formatVia, hasUniqueBranch, parseVia } from './via.ts';

describe('URIs', () => {
  test.each([
    'sip:atlanta.example',
    'sip:alice@atlanta.example:5061;transport=tcp',
    'sips:alice:secret@atlanta.example;lr',
    'sip:+493012345@[2001:db8::1]:5060;user=phone',
    'sip:alice;day=tuesday@atlanta.example',
    'sip:a@b.example;x=y?Subject=hi%20there&priority=urgent',
    'tel:+49-30-12345;phone-context=+49',
    'urn:service:sos',
  ])('%s reads and writes back', (text) => {
    expect(formatUri(parseUri(text))).toBe(text);
  });

  test.each([
    'alice',
    'sip:',
    'sip:@host',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@h:99999',
    'sip:a@h:',
    'sip:a@[::1',
    'sip:a@[xyz]',
    'sip:a%4@h',
    'sip:a@h;;x',
    'tel:',
    'tel:hello',
    ':x',
    '1sip:x',
  ])('%j is refused', (text) => {
    expect(() => parseUri(text)).toThrow(ParseError);
  });

  test.each([
    ['sip:%61lice@atlanta.example;transport=TCP', 'sip:alice@AtLanTa.ExAmPlE;Transport=tcp', true],
    ['sip:carol@chicago.example', 'sip:carol@chicago.example;newparam=5', true],
    ['sip:carol@chicago.example;security=on', 'sip:carol@chicago.example;newparam=5', true],
    ['sip:ALICE@atlanta.example', 'sip:alice@atlanta.example', false],
    ['sip:bob@biloxi.example', 'sip:bob@biloxi.example:5060', false],
    ['sip:bob@biloxi.example', 'sip:bob@biloxi.example;transport=udp', false],
    ['sip:bob@biloxi.example', 'sips:bob@biloxi.example', false],
    ['sip:c@x.example;security=on', 'sip:c@x.example;security=off', false],
    ['sip:a@x.example?b=1&c=%31', 'sip:a@x.example?C=1&b=1', true],
    ['sip:a@x.example?b=1', 'sip:a@x.example', false],
    ['sip:a@x.example?b=1', 'sip:a@x.example?b=2', false],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER',
      'sip:biloxi.com;method=REGISTER;transport=tcp',
      true,
    ],
    ['sip:a@x;maddr=192.0.2.1', 'sip:a@x', false],
    ['sip:a@x;ttl=1', 'sip:a@x', false],
    ['sip:a@x;user=phone', 'sip:a@x', false],
    ['sip:a@x', 'sip:x', false],
    ['sip:a:b@x', 'sip:a@x', false],
    ['sip:a@[2001:db8::9:1]', 'sip:a@[2001:0DB8:0:0:0:0:9:01]', true],
    ['sip:a@[::ffff:192.0.2.10]', 'sip:a@[::ffff:c000:20a]', true],
    ['sip:a@[2001:db8::9:1]', 'sip:a@[2001:db8::91]', false],
    ['tel:+49-30-1', 'tel:+49301', true],
    ['tel:+49301;ext=1-2', 'tel:+49301;EXT=12', true],
    ['tel:+49301;ext=12', 'tel:+49301', false],
    ['tel:301;phone-context=+49-30', 'tel:301;phone-context=+4930', true],
    ['tel:301;phone-context=a.example', 'tel:301;phone-context=A.example', true],
    ['tel:301;phone-context=a.example', 'tel:301;phone-context=b.example', false],
    ['tel:+49301', 'sip:+49301@x', false],
  ])('%s and %s: equal %s (RFC 3261 §19.1.4)', (a, b, equal) => {
    expect(uriEquals(parseUri(a), parseUri(b))).toBe(equal);
  });

  test('user parts are unescaped for reading and escaped for writing', () => {
    expect(userOf(parseUri('sip:J%C3%B6rg%40home@x.example'))).toBe('Jörg@home');
    expect(userOf(parseUri('sip:%ff@x.example'))).toBe('%ff');
    expect(escapeUser('+49 (30) a@b#')).toBe('+49%20(30)%20a%40b%23');
    expect(userOf(parseUri(`sip:${escapeUser('*21*100#')}@x.example`))).toBe('*21*100#');
  });
});

describe('addresses', () => {
  test.each([
    ['"A. \\"B\\" <x>" <sip:a@b>;tag=1', 'A. "B" <x>', '1'],
    ['sip:a@b;tag=2', '', '2'],
    ['Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8', 'Anonymous', 'hyh8'],
    ['<sip:a@b;lr>', '', undefined],
  ])('%s', (value, name, tag) => {
    const address = parseNameAddr(value);
    expect(address.displayName).toBe(name);
    expect(address.params.get('tag')).toBe(tag);
    const again = parseNameAddr(formatNameAddr(address));
    expect({ ...again, params: [...again.params] }).toEqual({
      ...address,
      params: [...address.params],
    });
  });

  test.each([
    '"a <sip:a@b>',
    'a,b <sip:a@b>',
    '<sip:a@b',
    'sip:a@b?x=y',
    '"x" sip:a@b',
    '<sip:a@b> x',
    '',
  ])('%j is refused', (value) => {
    expect(() => parseNameAddr(value)).toThrow(ParseError);
  });

  test('Contact lists, "*", and its limits', () => {
    expect(parseContacts(['*'])).toBe('*');
    expect(() => parseContacts(['*', '<sip:a@b>'])).toThrow(ParseError);
    const list = parseContacts(['"a, b" <sip:a@b;x=1,2>;q=0.1, <sip:c@d>', 'sip:e@f']);
    expect(list === '*' ? [] : list.map((c) => c.uriText)).toEqual([
      'sip:a@b;x=1,2',
      'sip:c@d',
      'sip:e@f',
    ]);
  });

  test('delta-seconds out of range count as absent', () => {
    expect(parseDeltaSeconds('3600')).toBe(3_600);
    expect(parseDeltaSeconds('4294967295')).toBe(4_294_967_295);
    for (const bad of [undefined, '', '-1', '4294967296', '1'.repeat(100), '12x']) {
      expect(parseDeltaSeconds(bad)).toBeUndefined();
    }
  });
});

describe('lists, Via, CSeq', () => {
  test('commas in quotes and brackets do not split', () => {
    expect(splitList('a, "b, c" <d,e>;f , g')).toEqual(['a', '"b, c" <d,e>;f', 'g']);
    for (const bad of ['a,,b', 'a,', ',a', 'a, "b', 'a, <b']) {
      expect(() => splitList(bad)).toThrow(ParseError);
    }
  });

  test('Via with white space everywhere', () => {
    const via = parseVia(
      'SIP  / 2.0  / TCP     spindle.example.com : 5061  ; branch  =   z9hG4bK9ikj8 ',
    );
    expect(via).toMatchObject({ transport: 'TCP', host: 'spindle.example.com', port: 5_061 });
    expect(formatVia(via)).toBe('SIP/2.0/TCP spindle.example.com:5061;branch=z9hG4bK9ikj8');
    expect(hasUniqueBranch(via)).toBe(true);
    expect(hasUniqueBranch(parseVia('SIP/2.0/UDP h;branch=z9hG4bK'))).toBe(false);
    for (const bad of [
      '',
      'SIP/2.0',
      'SIP/2.0/UDP',
      'SIP/2.0/UDP h;;',
      'SIP/2.0/UDP h:x',
      'SIP/2.0/UDP a b',
    ]) {
      expect(() => parseVia(bad)).toThrow(ParseError);
    }
  });

  test('CSeq bounds', () => {
    expect(parseCSeq('0009\t INVITE')).toEqual({ seq: 9, method: 'INVITE' });
    expect(parseCSeq('2147483647 BYE').seq).toBe(2_147_483_647);
    for (const bad of ['2147483648 BYE', 'x BYE', '1', '1 ', '-1 BYE', '1 B YE']) {
      expect(() => parseCSeq(bad)).toThrow(ParseError);
    }
  });
});

describe('authentication headers', () => {
  test('several challenges in one line', () => {
    const values = parseAuth(
      'Digest realm="a, \\"b\\"", nonce="1",qop="auth,auth-int", NewScheme x=1, Digest realm="c", algorithm=MD5, Basic',
    );
    expect(values.map((v) => v.scheme)).toEqual(['Digest', 'NewScheme', 'Digest', 'Basic']);
    expect(values[0]?.params.get('realm')).toBe('a, "b"');
    expect(values[0]?.params.get('qop')).toBe('auth,auth-int');
    expect(values[2]?.params.get('algorithm')).toBe('MD5');
  });

  test('what is written reads back', () => {
    const value = {
      scheme: 'Digest',
      params: new Map([
        ['realm', 'a "b" \\'],
        ['stale', 'true'],
        ['qop', 'auth'],
      ]),
    };
    expect(parseAuth(formatAuth(value, 'challenge'))).toEqual([value]);
    expect(formatAuth(value, 'credentials')).toContain('qop=auth');
    expect(formatAuth(value, 'challenge')).toContain('qop="auth"');
  });

  test.each([
    '',
    'realm="x"',
    'Digest realm="x',
    'Digest realm=',
    'Digest realm="x" nonce="y"',
    'Digest a=1, a=2',
  ])('%j is refused', (line) => {
    expect(() => parseAuth(line)).toThrow(ParseError);
  });
});
