import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAssertedIdentity, parseAssertedIdentity } from './asserted-identity.ts';
import { formatDiversion, parseDiversions } from './diversion.ts';
import { formatEvent, parseEvent } from './event.ts';
import { Headers } from './headers.ts';
import { formatHistoryInfo, parseHistoryInfo } from './history-info.ts';
import { parseMinSe } from './min-se.ts';
import { ParseError } from './parse-error.ts';
import { formatPrivacy, parsePrivacy } from './privacy.ts';
import { formatRAck, parseRAck } from './rack.ts';
import { formatReasonValue, parseReason, reasonsOf } from './reason.ts';
import { formatReferTo, parseReferTo } from './refer-to.ts';
import { formatReferredBy, parseReferredBy } from './referred-by.ts';
import { formatReplaces, parseReplaces } from './replaces.ts';
import { parseRetryAfter } from './retry-after.ts';
import { parseRSeq } from './rseq.ts';
import { formatSessionExpires, parseSessionExpires } from './session-expires.ts';
import { formatSipfrag, parseSipfrag } from './sipfrag.ts';
import { formatSubscriptionState, parseSubscriptionState } from './subscription-state.ts';

const lines = (name: string, ...values: string[]) => {
  const headers = new Headers();
  for (const value of values) headers.append(name, value);
  return headers;
};

describe('numbers', () => {
  test.each([
    ['120', 120],
    ['18000;duration=3600', 18_000],
    ['120 (I am in a meeting)', 120],
    ['soon', undefined],
    [undefined, undefined],
  ])('Retry-After %s: %s', (value, seconds) => {
    expect(parseRetryAfter(value)).toBe(seconds);
  });

  test.each([
    ['988789', 988_789],
    ['4294967295', 4_294_967_295],
  ])('RSeq %s', (value, seq) => expect(parseRSeq(value)).toBe(seq));

  test.each(['0', '4294967296', '-1', 'x', '', '99999999999'])('RSeq %s is refused', (value) =>
    expect(() => parseRSeq(value)).toThrow(ParseError),
  );

  test('Min-SE with parameters; noise is refused', () => {
    expect(parseMinSe('90;x=y')).toBe(90);
    expect(() => parseMinSe('ninety')).toThrow(ParseError);
  });

  test('RAck there and back (RFC 3262 §7.2)', () => {
    const rack = { rseq: 776_656, seq: 1, method: 'INVITE' };
    expect(parseRAck(' 776656   1 INVITE ')).toEqual(rack);
    expect(parseRAck(formatRAck(rack))).toEqual(rack);
    for (const bad of ['', '1', '1 2', '0 1 INVITE', '1 x INVITE', '1 1 INV ITE']) {
      expect(() => parseRAck(bad)).toThrow(ParseError);
    }
  });
});

describe('Session-Expires (RFC 4028 §4)', () => {
  test.each([
    ['4000;refresher=uac', { interval: 4_000, refresher: 'uac' }],
    ['90 ; refresher=UAS ;x', { interval: 90, refresher: 'uas' }],
    ['1800', { interval: 1_800, refresher: undefined }],
  ] as const)('%s', (value, parsed) => {
    expect(parseSessionExpires(value)).toEqual(parsed);
    expect(parseSessionExpires(formatSessionExpires(parsed))).toEqual(parsed);
  });

  test.each(['', 'x', '90;refresher=me', '-5', '90;'])('%s is refused', (value) =>
    expect(() => parseSessionExpires(value)).toThrow(ParseError),
  );
});

describe('events (RFC 6665)', () => {
  test('Event with and without id', () => {
    expect(parseEvent('Dialog')).toMatchObject({ type: 'dialog', id: '' });
    expect(parseEvent('refer;id=93809824')).toMatchObject({ type: 'refer', id: '93809824' });
    expect(formatEvent(parseEvent('presence.winfo;id=7'))).toBe('presence.winfo;id=7');
    expect(() => parseEvent('')).toThrow(ParseError);
    expect(() => parseEvent('a b')).toThrow(ParseError);
  });

  test('Subscription-State there and back', () => {
    const value = 'Terminated;reason=Probation;retry-after=30';
    expect(parseSubscriptionState(value)).toEqual({
      state: 'terminated',
      reason: 'probation',
      expires: undefined,
      retryAfter: 30,
    });
    expect(formatSubscriptionState({ state: 'active', expires: 60 })).toBe('active;expires=60');
    expect(formatSubscriptionState({ state: 'terminated', reason: 'giveup', retryAfter: 5 })).toBe(
      'terminated;reason=giveup;retry-after=5',
    );
    expect(() => parseSubscriptionState(';expires=1')).toThrow(ParseError);
  });

  test('sipfrag: the status line counts, the rest is not looked at', () => {
    expect(parseSipfrag('SIP/2.0 486 Busy Here\r\nX: y\r\n')).toEqual({
      status: 486,
      reason: 'Busy Here',
    });
    expect(parseSipfrag('SIP/2.0 100')).toEqual({ status: 100, reason: '' });
    expect(parseSipfrag(formatSipfrag(603, 'No\r\nway'))).toEqual({
      status: 603,
      reason: 'No way',
    });
    for (const bad of ['', 'SIP/2.0 700 X', 'HTTP/1.1 200 OK', 'SIP/2.0 20 X']) {
      expect(parseSipfrag(bad)).toBeUndefined();
    }
  });
});

describe('Replaces, Refer-To, Referred-By', () => {
  test('the examples of RFC 3891 §6.1', () => {
    expect(parseReplaces('98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff')).toEqual({
      callId: '98732@sip.example.com',
      fromTag: 'r33th4x0r',
      toTag: 'ff87ff',
      earlyOnly: false,
    });
    expect(parseReplaces('12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only').earlyOnly).toBe(
      true,
    );
    for (const bad of ['', ';to-tag=1;from-tag=2', 'x;to-tag=1', 'x;from-tag=1']) {
      expect(() => parseReplaces(bad)).toThrow(ParseError);
    }
  });

  test('a Replaces inside Refer-To survives its escapes (RFC 3891 §4)', () => {
    const value =
      '<sip:bob@biloxi.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE-3994>';
    expect(parseReferTo(value)).toMatchObject({
      target: 'sip:bob@biloxi.example.org',
      method: 'INVITE',
      replaces: { callId: '12345@192.168.118.3', toTag: '12345', fromTag: '5FFE-3994' },
    });
  });

  test('any Replaces comes back as it went (property)', () => {
    const token = fc.stringMatching(/^[a-zA-Z0-9.!%*_+`'~-]{1,20}$/);
    fc.assert(
      fc.property(token, token, token, fc.boolean(), (callId, toTag, fromTag, earlyOnly) => {
        const replaces = { callId, toTag, fromTag, earlyOnly };
        expect(parseReplaces(formatReplaces(replaces))).toEqual(replaces);
        expect(parseReferTo(formatReferTo('sip:a@b.example', replaces)).replaces).toEqual(replaces);
      }),
    );
  });

  test('another method, other schemes, broken escapes', () => {
    expect(parseReferTo('<sip:a@b;method=SUBSCRIBE;x=1>')).toMatchObject({
      method: 'SUBSCRIBE',
      target: 'sip:a@b;x=1',
    });
    expect(parseReferTo('tel:+491').target).toBe('tel:+491');
    expect(() => parseReferTo('<sip:a@b?Replaces=%zz>')).toThrow(ParseError);
    expect(() => parseReferTo('<sip:a@b?Replaces=x>')).toThrow(ParseError);
    expect(() => parseReferTo('<sip:a@b?Replaces=x%0d%0aInjected:y>')).toThrow(ParseError);
  });

  test('Referred-By keeps what points to its proof', () => {
    const parsed = parseReferredBy('"R" <sip:r@x.example>;cid="20398823.2UWQFN309shb3@r"');
    expect(parsed).toMatchObject({ displayName: 'R', uriText: 'sip:r@x.example' });
    expect(parsed.params.get('cid')).toBe('"20398823.2UWQFN309shb3@r"');
    expect(formatReferredBy('sip:r@x.example')).toBe('<sip:r@x.example>');
  });
});

describe('identity and the way of a call', () => {
  test('P-Asserted-Identity: sip and tel, no more than two', () => {
    const headers = lines(
      'P-Asserted-Identity',
      '"Anna" <sip:+4930123@x.example;user=phone>, tel:+4930123',
      '<sip:third@x.example>',
    );
    expect(parseAssertedIdentity(headers).map(({ uriText }) => uriText)).toEqual([
      'sip:+4930123@x.example;user=phone',
      'tel:+4930123',
    ]);
    expect(formatAssertedIdentity('"A" <sip:a@b>;tag=1')).toBe('"A" <sip:a@b>');
  });

  test('Privacy in all spellings', () => {
    expect(parsePrivacy(lines('Privacy', 'id;Header', 'user'))).toEqual(['id', 'header', 'user']);
    expect(formatPrivacy(['id', 'critical'])).toBe('id;critical');
    expect(() => formatPrivacy(['i d'])).toThrow(TypeError);
  });

  test('Diversion, the latest first; what cannot be read is left out', () => {
    const headers = lines(
      'Diversion',
      '<sip:+491@x.example>;reason="no-answer";counter=2;privacy=off;screen=yes, noise here',
      '"Ben" <sip:20@x.example>;reason=user-busy',
      '<sip:x@y>;counter=abc',
    );
    expect(parseDiversions(headers)).toEqual([
      { uri: 'sip:+491@x.example', reason: 'no-answer', counter: 2, privacy: 'off', screen: 'yes' },
      { uri: 'sip:20@x.example', displayName: 'Ben', reason: 'user-busy' },
      { uri: 'sip:x@y' },
    ]);
    expect(parseDiversions(lines('Diversion', '"open'))).toEqual([]);
    for (const entry of parseDiversions(headers)) {
      expect(parseDiversions(lines('Diversion', formatDiversion(entry)))).toEqual([entry]);
    }
    expect(() => formatDiversion({ uri: 'no uri' })).toThrow(ParseError);
  });

  test('History-Info with reason and privacy in the URI (RFC 7044 §5)', () => {
    const headers = lines(
      'History-Info',
      '<sip:bob@x.example?Reason=SIP%3Bcause%3D302>;index=1, ' +
        '<sip:office@y.example?Privacy=history&Reason=SIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22>;index=1.1;mp=1',
      '<sip:home@z.example>;index=1.1.1;rc=1.1',
      '<sip:nowhere@z.example>;index=1..1',
    );
    const entries = parseHistoryInfo(headers);
    expect(entries).toEqual([
      { uri: 'sip:bob@x.example', index: '1', reason: { protocol: 'SIP', cause: 302, text: '' } },
      {
        uri: 'sip:office@y.example',
        index: '1.1',
        privacy: 'history',
        reason: { protocol: 'SIP', cause: 486, text: 'Busy Here' },
        change: { kind: 'mp', from: '1' },
      },
      { uri: 'sip:home@z.example', index: '1.1.1', change: { kind: 'rc', from: '1.1' } },
    ]);
    for (const entry of entries) {
      expect(parseHistoryInfo(lines('History-Info', formatHistoryInfo(entry)))).toEqual([entry]);
    }
    expect(() => formatHistoryInfo({ uri: 'sip:a@b', index: 'x' })).toThrow(TypeError);
  });

  test('Reason (RFC 3326 §2): several, quoted, unreadable', () => {
    const headers = lines(
      'Reason',
      'SIP ;cause=200 ;text="Call completed elsewhere", Q.850;cause=16;text="Terminated, by \\"us\\""',
      ';;',
      'preemption',
    );
    expect(reasonsOf(headers)).toEqual([
      { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' },
      { protocol: 'Q.850', cause: 16, text: 'Terminated, by "us"' },
      { protocol: 'preemption', cause: undefined, text: '' },
    ]);
    for (const reason of reasonsOf(headers)) {
      expect(parseReason(formatReasonValue(reason))).toEqual(reason);
    }
    expect(
      formatReasonValue({ protocol: 'SIP', cause: 487, text: 'a\r\nInjected: x' }),
    ).not.toMatch(/[\r\n]/);
  });

  test('no parser throws anything but ParseError, whatever it is given (property)', () => {
    const parsers: ((text: string) => unknown)[] = [
      parseRSeq,
      parseRAck,
      parseMinSe,
      parseSessionExpires,
      parseEvent,
      parseSubscriptionState,
      parseReplaces,
      parseReferTo,
      parseReferredBy,
      parseReason,
      parseSipfrag,
      parseRetryAfter,
    ];
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9;=<>":@%,. ?&-]{0,60}$/));
    fc.assert(
      fc.property(text, (value) => {
        for (const parse of parsers) {
          try {
            parse(value);
          } catch (error) {
            if (!(error instanceof ParseError)) throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
