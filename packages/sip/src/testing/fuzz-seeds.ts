import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inviteSample } from './invite-sample.ts';

const VIA = 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1';
const DIALOG = [
  'From: "A, \\"B\\"" <sip:a@pbx.example.com;user=phone>;tag=1',
  'To: <sip:b@[2001:db8::1]:5060;transport=tcp>;tag=2',
  'Call-ID: 1@192.0.2.1',
];

const message = (startLine: string, headers: readonly string[], body: readonly string[] = []) =>
  Buffer.from(
    [startLine, VIA, ...DIALOG, ...headers, '', ...body].join('\r\n') +
      (body.length === 0 ? '\r\n' : ''),
  );

/** Messages of our own that between them have every header a reader exists for. */
const OWN: readonly Buffer[] = [
  Buffer.from(inviteSample()),
  message('REGISTER sip:pbx.example.com SIP/2.0', [
    'CSeq: 2 REGISTER',
    'Contact: "A" <sip:a@192.0.2.1:5060;ob>;expires=3600;q=0.5, <tel:+49-30-12345;ext=12>',
    'Authorization: Digest username="a", realm="pbx.example.com", nonce="n1", uri="sip:pbx.example.com", response="0123456789abcdef0123456789abcdef", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c"',
    'Expires: 3600',
    'Supported: path, gruu, outbound',
    'Path: <sip:edge.example.com;lr>',
    'User-Agent: Phone/1.2 (x (y)) lib/3',
    'Content-Length: 0',
  ]),
  message('SIP/2.0 401 Unauthorized', [
    'CSeq: 2 REGISTER',
    'WWW-Authenticate: Digest realm="pbx.example.com", nonce="abc", algorithm=SHA-512-256, qop="auth,auth-int", opaque="o", userhash=true',
    'WWW-Authenticate: Digest realm="pbx.example.com", nonce="abc", algorithm=MD5-sess, stale=true, Basic realm="x"',
    'Proxy-Authenticate: Digest realm="p", nonce="1"',
    'Date: Sat, 13 Nov 2010 23:29:00 GMT',
    'Retry-After: 120 (maintenance);duration=60',
    'Content-Length: 0',
  ]),
  message('SIP/2.0 200 OK', [
    'CSeq: 2 REGISTER',
    'Contact: *',
    'Authentication-Info: nextnonce="n2", qop=auth, rspauth="00", cnonce="c", nc=00000001',
    'Service-Route: <sip:edge.example.com;lr>',
    'Warning: 399 pbx.example.com "odd \\"thing\\"", 301 pbx "x"',
    'Timestamp: 54.21 0.5',
    'Server: PBX/1',
    'Content-Length: 0',
  ]),
  message('REFER sip:b@192.0.2.2 SIP/2.0', [
    'CSeq: 3 REFER',
    'Refer-To: <sip:c@x.example?Replaces=1%40a%3Bto-tag%3D2%3Bfrom-tag%3D3&Require=replaces>',
    'Referred-By: <sip:a@x.example>;cid="2@x"',
    'Route: <sip:p1.example.com;lr>, <sip:p2.example.com>',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ]),
  message(
    'NOTIFY sip:a@192.0.2.1 SIP/2.0',
    [
      'CSeq: 4 NOTIFY',
      'Event: refer;id=3',
      'Subscription-State: active;expires=60',
      'Content-Type: message/sipfrag;version=2.0',
      'Content-Length: 20',
    ],
    ['SIP/2.0 180 Ringing'],
  ),
  message(
    'INVITE tel:7042;phone-context=example.com SIP/2.0',
    [
      'CSeq: 5 INVITE',
      'v: SIP/2.0/TLS [2001:db8::9]:5061;received=2001:db8::9;rport=5061;branch=z9hG4bK2 , SIP / 2.0 / TCP h : 1',
      'Diversion: <sip:d@x>;reason=user-busy;counter=1;privacy=full',
      'History-Info: <sip:h@x?Reason=SIP%3Bcause%3D486>;index=1, <sip:i@x>;index=1.1;rc=1',
      'P-Asserted-Identity: "N" <sip:n@x>, <tel:+4930>',
      'Privacy: id;header',
      'Reason: SIP;cause=200;text="Call completed elsewhere", Q.850;cause=16',
      'Replaces: 1@x;to-tag=2;from-tag=3;early-only',
      'Session-Expires: 1800;refresher=uac',
      'Min-SE: 90',
      'RAck: 1 5 INVITE',
      'RSeq: 988789',
      'Alert-Info: <http://x.example/a.wav>;info=alert-autoanswer',
      'Call-Info: <https://x.example/p.jpg>;purpose=icon',
      'Accept: application/sdp;level=1, text/*;q=0.5',
      'Accept-Language: de, en;q=0.7',
      'Accept-Encoding: gzip;q=0',
      'In-Reply-To: 1@x, 2@y',
      'Priority: urgent',
      'Reply-To: <sip:r@x>',
      'MIME-Version: 1.0',
      'Subject: folded',
      '\tsubject',
      'Content-Disposition: session;handling=required',
      'Content-Type: multipart/mixed;boundary="b"',
    ],
    [
      '--b',
      'Content-Type: application/sdp',
      '',
      'v=0',
      'o=- 1 1 IN IP6 2001:db8::1',
      's=-',
      'c=IN IP6 2001:db8::1',
      't=0 0',
      'm=audio 5004 RTP/SAVP 111 9 101',
      'a=rtpmap:111 opus/48000/2',
      'a=fmtp:111 useinbandfec=1;maxaveragebitrate=20000',
      'a=rtpmap:101 telephone-event/48000',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA|2^31|1:4 WSH=64',
      'a=crypto:2 AEAD_AES_128_GCM inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==',
      `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
      'a=setup:actpass',
      'a=ice-ufrag:8hhY',
      'a=ice-pwd:asd88fgpdd777uzjYhagZg',
      'a=candidate:1 1 UDP 2130706431 2001:db8::1 5004 typ host',
      'a=rtcp:5005 IN IP6 2001:db8::1',
      'a=rtcp-mux',
      'a=ptime:20',
      'a=sendonly',
      'm=video 0 RTP/AVP 31',
      '--b--',
    ],
  ),
];

/** Our own messages, and the torture messages of RFC 4475 where the corpus is present. */
export function fuzzSeeds(corpora = process.env.TRUNKLINE_CORPORA): Buffer[] {
  const folder = corpora === undefined ? '' : join(corpora, 'rfc4475');
  if (!existsSync(folder)) return [...OWN];
  return [
    ...OWN,
    ...readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name))),
  ];
}
