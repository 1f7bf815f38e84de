import type { TortureRow } from './torture-verdicts.ts';

/** The twelve situations of RFC 5118 §4 (SIP over IPv6), in messages of our own. */
export const RFC5118: readonly TortureRow[] = [
  ['reference', 'accept', 200, '4.1 an IPv6 reference in brackets as the host of a Request-URI'],
  ['no-brackets', 400, 400, '4.2 without brackets the groups cannot be told from a port'],
  ['port-inside', 'accept', 200, '4.3 what stands inside the brackets is address, never a port'],
  ['port-outside', 'accept', 200, '4.4 the port behind the brackets'],
  [
    'received-brackets',
    'accept',
    481,
    '4.5 received with brackets, which the grammar does not have but RFC 3261 examples do; taken on the way in',
  ],
  ['received-bare', 'accept', 481, '4.5 received without brackets, as the grammar has it'],
  ['sdp', 'accept', 486, '4.6 IPv6 in the session description stands without brackets'],
  ['mixed-headers', 'accept', 481, '4.7 IPv4 and IPv6 in one message: a proxy between the two'],
  ['mixed-sdp', 'accept', 486, '4.8 each media line may have an address of another family'],
  ['mapped', 'accept', 486, '4.9 IPv4-mapped addresses in headers and session description'],
  [
    'three-colons',
    400,
    400,
    '4.10 three colons came from an error in the grammar, which RFC 5954 mended: no address',
  ],
  ['two-colons', 'accept', 200, '4.10 the same address written right, IPv4 at its end'],
];

interface Shape {
  method: string;
  uri: string;
  via?: string[];
  contact?: string;
  body?: string[];
}

const OWN_VIA = 'SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111';

function messageOf({ method, uri, via = [OWN_VIA], contact, body = [] }: Shape): Buffer {
  const text = body.length === 0 ? '' : `${body.join('\r\n')}\r\n`;
  const known = method === 'BYE' ? ';tag=b' : '';
  return Buffer.from(
    [
      `${method} ${uri} SIP/2.0`,
      ...via.map((value) => `Via: ${value}`),
      'Max-Forwards: 70',
      'From: <sip:caller@example.com>;tag=a',
      `To: <sip:callee@example.net>${known}`,
      'Call-ID: ipv6@example.com',
      `CSeq: 8612 ${method}`,
      ...(contact === undefined ? [] : [`Contact: ${contact}`]),
      ...(text === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${text.length}`,
      '',
      text,
    ].join('\r\n'),
  );
}

const sdp = (address: string, ...media: string[]) => [
  'v=0',
  `o=caller 971731711378798081 0 IN IP6 2001:db8::20`,
  's=-',
  `c=IN ${address}`,
  't=0 0',
  ...media,
];

const invite = (extra: Partial<Shape>): Shape => ({
  method: 'INVITE',
  uri: 'sip:callee@[2001:db8::10]',
  contact: '<sip:caller@[2001:db8::20]>',
  ...extra,
});

const SHAPES: Readonly<Record<string, Shape>> = {
  reference: { method: 'REGISTER', uri: 'sip:[2001:db8::10]', contact: '<sip:c@[2001:db8::1]>' },
  'no-brackets': { method: 'REGISTER', uri: 'sip:2001:db8::10' },
  'port-inside': { method: 'REGISTER', uri: 'sip:[2001:db8::10:5070]' },
  'port-outside': { method: 'REGISTER', uri: 'sip:[2001:db8::10]:5070' },
  'received-brackets': {
    method: 'BYE',
    uri: 'sip:[2001:db8::10]',
    via: ['SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3'],
  },
  'received-bare': {
    method: 'BYE',
    uri: 'sip:[2001:db8::10]',
    via: ['SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3'],
  },
  sdp: invite({
    body: sdp('IP6 2001:db8::20', 'm=audio 6000 RTP/AVP 0', 'm=video 6024 RTP/AVP 107'),
  }),
  'mixed-headers': {
    method: 'BYE',
    uri: 'sip:callee@host.example.net',
    via: [
      'SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
      'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
      'SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
    ],
  },
  'mixed-sdp': invite({
    body: sdp(
      'IP6 2001:db8::1',
      'm=audio 6000 RTP/AVP 0',
      'm=video 6024 RTP/AVP 107',
      'c=IN IP4 192.0.2.1',
    ),
  }),
  mapped: invite({
    via: ['SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19'],
    contact: '<sip:caller@[::ffff:192.0.2.2]:5060>',
    body: sdp('IP6 ::ffff:192.0.2.2', 'm=audio 6000 RTP/AVP 0'),
  }),
  'three-colons': { method: 'OPTIONS', uri: 'sip:user@[2001:db8:::192.0.2.1]' },
  'two-colons': { method: 'OPTIONS', uri: 'sip:user@[2001:db8::192.0.2.1]' },
};

/** The message of a row. */
export function ipv6Message(name: string): Buffer {
  const shape = SHAPES[name];
  if (shape === undefined) throw new RangeError(`no message ${name}`);
  return messageOf(shape);
}
