import { describe, expect, test } from 'vitest';
import type { RtpRemote } from '../../engine.ts';
import { readWebOffer } from '../../web-offer.ts';
import {
  browserAnswer,
  browserSdp,
  localOf,
  nobodySdp,
  plainSdp,
  remoteSdp,
  withLines,
} from './sdp.ts';

const remote: RtpRemote = {
  address: '192.0.2.7',
  port: 4000,
  codec: 'PCMA',
  payloadType: 8,
  dtmfPayloadType: 96,
  direction: 'sendrecv',
};
const mLine = (sdp: string) => /^m=.*$/m.exec(sdp)?.[0].trim();

const OFFER = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE audio',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 8 110 126',
  'c=IN IP4 0.0.0.0',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtcp-fb:111 transport-cc',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=mid:audio',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
  'a=rtcp-mux',
  'a=sendrecv',
  '',
].join('\r\n');

describe('the browser’s side', () => {
  test('offers its codec, and the phone’s payload types beside its own', () => {
    const sdp = browserSdp(readWebOffer(OFFER, ['PCMA']), remote);
    expect(mLine(sdp)).toBe('m=audio 9 UDP/TLS/RTP/SAVPF 8 126 96');
    expect(sdp).toContain('a=rtpmap:96 telephone-event/8000\r\n');
    expect(sdp).not.toMatch(/^a=(?:extmap|rtcp-fb|candidate)/m);
    expect(sdp.endsWith('\r\n')).toBe(true);
  });

  test('leaves out the phone’s codec when it is transcoded, but not its telephone-event', () => {
    const sdp = browserSdp(readWebOffer(OFFER, ['opus']), remote);
    expect(mLine(sdp)).toBe('m=audio 9 UDP/TLS/RTP/SAVPF 111 110 96');
    expect(sdp).toContain('a=fmtp:111 minptime=10;useinbandfec=1\r\n');
  });

  test('does not offer a number twice', () => {
    const sdp = browserSdp(readWebOffer(OFFER, ['opus']), { ...remote, dtmfPayloadType: 111 });
    expect(mLine(sdp)).toBe('m=audio 9 UDP/TLS/RTP/SAVPF 111 110');
  });

  const answer = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 40000 UDP/TLS/RTP/SAVPF 8 96 126',
    'a=mid:audio',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:96 telephone-event/8000',
    'a=inactive',
    'a=rtcp:40000',
    'a=rtcp-mux',
    'a=setup:active',
    'a=fingerprint:sha-256 CC:DD',
    'a=ice-ufrag:wxyz',
    'a=ice-pwd:1',
    'a=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host',
    'a=end-of-candidates',
    '',
  ].join('\r\n');

  test('is answered with its own payload types, a BUNDLE group and sendrecv', () => {
    const sdp = browserAnswer(answer, readWebOffer(OFFER, ['PCMA']));
    expect(mLine(sdp)).toBe('m=audio 40000 UDP/TLS/RTP/SAVPF 8 126');
    expect(sdp).toContain('a=group:BUNDLE audio\r\nm=audio');
    expect(sdp).toMatch(/^a=sendrecv\r$/m);
    expect(sdp).toMatch(/^a=rtcp-mux\r$/m);
    expect(sdp).not.toMatch(/^a=(?:inactive|rtcp:|rtpmap:96)/m);
  });

  test('is not answered without DTLS', () => {
    const plain = answer.replace(/^a=fingerprint.*\r\n/m, '');
    expect(() => browserAnswer(plain, readWebOffer(OFFER, ['PCMA']))).toThrow(/DTLS/);
  });
});

describe('the phone’s side', () => {
  test('is written as the phone would, its direction mirrored', () => {
    const sdp = remoteSdp({ ...remote, direction: 'recvonly', ptimeMs: 30, rtcpPort: 4005 });
    expect(mLine(sdp)).toBe('m=audio 4000 RTP/AVP 8 96');
    expect(sdp).toContain('c=IN IP4 192.0.2.7\r\n');
    expect(sdp).toMatch(/^a=sendonly\r$/m);
    expect(sdp).toMatch(/^a=ptime:30\r$/m);
    expect(sdp).toMatch(/^a=rtcp:4005\r$/m);
  });

  test('names its key and the payload types it sends with', () => {
    const sdp = remoteSdp({
      ...remote,
      receiveDtmfPayloadType: 101,
      srtp: { suite: 'AES_CM_128_HMAC_SHA1_80', localKey: 'ours', remoteKey: 'theirs' },
    });
    expect(mLine(sdp)).toBe('m=audio 4000 RTP/SAVP 8 96 101');
    expect(sdp).toContain('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:theirs\r\n');
    expect(sdp).not.toContain('ours');
  });

  test('has an IPv6 address written as one', () => {
    expect(remoteSdp({ ...remote, address: '2001:db8::7' })).toContain('c=IN IP6 2001:db8::7\r\n');
  });
});

test('somebody unknown gets nothing and is an address nobody has', () => {
  const sdp = nobodySdp(4, remote);
  expect(sdp).toContain('c=IN IP4 192.0.2.1\r\n');
  expect(sdp).toMatch(/^a=inactive\r$/m);
  expect(nobodySdp(6, remote)).toContain('c=IN IP6 2001:db8::1\r\n');
});

test('lines are added to the media section', () => {
  const sdp = withLines(plainSdp({ address: '127.0.0.1', port: 5000 }, remote), ['a=x']);
  expect(sdp.split('\r\n').slice(-2)).toEqual(['a=x', '']);
  expect(localOf(sdp)).toEqual({ address: '127.0.0.1', port: 5000 });
  expect(() => localOf('v=0\r\n')).toThrow(/no port/);
});
