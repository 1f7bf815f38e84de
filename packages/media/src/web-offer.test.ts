import { describe, expect, test } from 'vitest';
import type { CodecName } from './engine.ts';
import { readWebOffer } from './web-offer.ts';

/** An offer as Chromium writes it, shortened. */
const OFFER = [
  'v=0',
  'o=- 4688422091286518308 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 60878 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 192.0.2.2',
  'a=candidate:1 1 udp 2122194687 0b6e.local 60878 typ host generation 0',
  'a=candidate:2 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active',
  'a=ice-ufrag:oMkt',
  'a=ice-pwd:tocK7X59ZUe6wz4JU2VP+R9V',
  'a=fingerprint:sha-256 E4:AA',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
  'a=fmtp:126 0-15',
  '',
].join('\r\n');

describe("a browser's offer", () => {
  test('VOX-116 yields PCMA with its payload types, and the preferred law if offered', () => {
    expect(readWebOffer(OFFER)).toMatchObject({
      codec: 'PCMA',
      payloadType: 8,
      dtmfPayloadType: 126,
      fingerprint: 'sha-256 e4:aa',
      iceUfrag: 'oMkt',
    });
    expect(readWebOffer(OFFER, ['PCMU', 'PCMA'])).toMatchObject({ codec: 'PCMU', payloadType: 0 });
    const withoutUlaw = OFFER.replace(' 9 0 8 ', ' 9 8 ').replace('a=rtpmap:0 PCMU/8000\r\n', '');
    expect(readWebOffer(withoutUlaw, ['PCMU', 'PCMA'])).toMatchObject({ codec: 'PCMA' });
  });

  test('is reduced to these, without candidates', () => {
    const { reducedSdp } = readWebOffer(OFFER);
    expect(reducedSdp).toContain('m=audio 60878 UDP/TLS/RTP/SAVPF 8 126\r\n');
    expect(reducedSdp.match(/^a=(rtpmap|fmtp|rtcp-fb|candidate).*$/gm)).toEqual([
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-15',
    ]);
    expect(reducedSdp).toContain('a=ice-pwd:tocK7X59ZUe6wz4JU2VP+R9V');
  });

  test('may use other payload types, or static ones without rtpmap', () => {
    const dynamic = OFFER.replaceAll(/( |:)8( |(?=\r))/g, '$197$2').replace(
      'rtpmap:97 PCMA',
      'rtpmap:97 pcma',
    );
    expect(readWebOffer(dynamic)).toMatchObject({ codec: 'PCMA', payloadType: 97 });
    expect(readWebOffer(OFFER.replace('a=rtpmap:8 PCMA/8000\r\n', ''))).toMatchObject({
      payloadType: 8,
    });
  });

  test('may come without telephone events at 8 kHz', () => {
    const offer = readWebOffer(OFFER.replace('a=rtpmap:126 telephone-event/8000\r\n', ''));
    expect(offer.dtmfPayloadType).toBeUndefined();
    expect(offer.reducedSdp).toContain('SAVPF 8\r\n');
  });

  test.each([
    ['no SDP', 'hello'],
    ['without media', 'v=0\r\ns=-\r\n'],
    ['with a second media section', `${OFFER}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`],
    ['of video', OFFER.replace('m=audio', 'm=video')],
    ['rejected', OFFER.replace('m=audio 60878', 'm=audio 0')],
    ['without G.711', OFFER.replace(' 9 0 8 13 110 126', '')],
    ['without fingerprint', OFFER.replace('a=fingerprint:sha-256 E4:AA\r\n', '')],
    ['without ICE credentials', OFFER.replace('a=ice-ufrag:oMkt\r\n', '')],
    ['too long', OFFER + 'a=x\r\n'.repeat(20_000)],
  ])('is refused %s', (_, sdp) => {
    expect(() => readWebOffer(sdp)).toThrow(expect.objectContaining({ code: 'offer-unusable' }));
  });

  test('LIN-075 yields the first codec allowed, with the telephone-event of its clock', () => {
    const codecs = ['PCMA', 'PCMU', 'G722', 'opus'] satisfies CodecName[];
    expect(codecs.map((codec) => readWebOffer(OFFER, [codec]))).toMatchObject([
      { codec: 'PCMA', payloadType: 8, dtmfPayloadType: 126 },
      { codec: 'PCMU', payloadType: 0, dtmfPayloadType: 126 },
      { codec: 'G722', payloadType: 9, dtmfPayloadType: 126 },
      { codec: 'opus', payloadType: 111, dtmfPayloadType: 110, fmtp: 'minptime=10;useinbandfec=1' },
    ]);
    expect(() => readWebOffer(OFFER.replace(/a=rtpmap:111 .*\r\n/, ''), ['opus'])).toThrow(
      expect.objectContaining({ code: 'offer-unusable' }),
    );
  });
});
