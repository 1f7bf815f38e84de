import { describe, expect, test } from 'vitest';
import { codecsOf } from '../sdp/codec.ts';
import { parseSdp } from '../sdp/parse.ts';
import { ipv6Message, RFC5118 } from '../testing/rfc5118.ts';
import { answerOf, judge } from '../testing/torture.ts';
import type { SipRequest } from './message.ts';
import { parseMessage } from './parse.ts';

describe('RFC 5118: the twelve IPv6 messages', () => {
  const read = (name: string) => parseMessage(ipv6Message(name)) as SipRequest;
  const received = (name: string) => read(name).via.params.get('received');

  test.each(RFC5118)('%s: parser says %s (agent %s): %s', (name, verdict) => {
    expect(judge(ipv6Message(name))).toBe(verdict);
  });

  test.each(RFC5118)('%s: agent answers (%s) %s: %s', async (name, _message, agent) => {
    expect(await answerOf(ipv6Message(name))).toBe(agent);
  });

  test('values come out as they are meant', () => {
    expect(RFC5118).toHaveLength(12);
    expect(read('reference').requestUri).toMatchObject({ host: '[2001:db8::10]', port: undefined });
    expect(read('port-inside').requestUri).toMatchObject({
      host: '[2001:db8::10:5070]',
      port: undefined,
    });
    expect(read('port-outside').requestUri).toMatchObject({ host: '[2001:db8::10]', port: 5070 });
    expect(received('received-brackets')).toBe('[2001:db8::9:255]');
    expect(received('received-bare')).toBe('2001:db8::9:255');
    expect(read('mixed-headers').via).toMatchObject({ host: '[2001:db8::9:1]', port: 6050 });
    expect(read('mapped').via.host).toBe('[::ffff:192.0.2.10]');
    const sdp = parseSdp(read('sdp').bodyText);
    expect(sdp.connection).toEqual({ addressType: 'IP6', address: '2001:db8::20' });
    expect(sdp.media.map((media) => codecsOf(media).length)).toEqual([1, 0]);
    const [audio, video] = parseSdp(read('mixed-sdp').bodyText).media;
    expect([audio?.connection, video?.connection?.addressType]).toEqual([undefined, 'IP4']);
  });
});
