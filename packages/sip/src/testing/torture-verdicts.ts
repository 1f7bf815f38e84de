/** What parser and validation say: `accept`, the status a request is refused with, or `drop`. */
export type Verdict = 'accept' | 'drop' | number;

/** One torture message, its verdicts and the reason for them. */
export type TortureRow = readonly [
  name: string,
  message: Verdict,
  /** Final status of our user agent over UDP; 486 and 200 mean that call handler or registrar was reached. */
  agent: number | 'silence',
  /** Section of the RFC and reason. */
  why: string,
];

/**
 * The 49 messages of RFC 4475. Where the RFC leaves a choice between leniency and 400, the stack
 * refuses: what two elements read differently is what attacks are made of.
 */
export const RFC4475: readonly TortureRow[] = [
  // §3.1.1 valid messages
  [
    'wsinv',
    'accept',
    481,
    '3.1.1.1 legal white space, folding, quoting; its To tag names no dialog here',
  ],
  ['intmeth', 'accept', 501, '3.1.1.2 all characters are legal; the method is unknown'],
  ['esc01', 'accept', 486, '3.1.1.3 escapes in URIs are legal and stay part of the user name'],
  ['escnull', 'accept', 200, '3.1.1.4 an escaped NUL is legal in a user part'],
  ['esc02', 'accept', 501, '3.1.1.5 a method is not unescaped: RE%47IST%45R is not REGISTER'],
  ['lwsdisp', 'accept', 200, '3.1.1.6 no space is needed between display name and "<"'],
  ['longreq', 'accept', 486, '3.1.1.7 long values, every spelling of Via'],
  ['dblreq', 'accept', 200, '3.1.1.8 octets behind Content-Length are not part of a datagram'],
  ['semiuri', 'accept', 200, '3.1.1.9 ";par" is inside the user part, not a URI parameter'],
  ['transports', 'accept', 200, '3.1.1.10 unknown transports in Via are legal'],
  ['mpart01', 'accept', 405, '3.1.1.11 binary multipart body; MESSAGE is known but not supported'],
  ['unreason', 'accept', 'silence', '3.1.1.12 UTF-8 reason phrase; the response matches nothing'],
  ['noreason', 'accept', 'silence', '3.1.1.13 empty reason phrase; the response matches nothing'],
  // §3.1.2 invalid messages
  ['badinv01', 400, 400, '3.1.2.1 empty parameters and list elements in Via and Contact'],
  ['clerr', 400, 400, '3.1.2.2 the datagram ends before Content-Length is reached'],
  ['ncl', 400, 400, '3.1.2.3 negative Content-Length'],
  ['scalar02', 400, 400, '3.1.2.4 CSeq above 2^31 - 1'],
  ['scalarlg', 'drop', 'silence', '3.1.2.5 the same in a response, which is discarded'],
  ['quotbal', 400, 400, '3.1.2.6 unterminated quoted string in To'],
  ['ltgtruri', 400, 400, '3.1.2.7 Request-URI in angle brackets'],
  ['lwsruri', 400, 400, '3.1.2.8 white space inside the Request-URI'],
  ['lwsstart', 400, 400, '3.1.2.9 several spaces between the parts of the request line'],
  ['trws', 400, 400, '3.1.2.10 spaces behind the request line'],
  ['escruri', 400, 400, '3.1.2.11 header fields in the Request-URI'],
  ['baddate', 'accept', 486, '3.1.2.12 Date is not GMT; nothing here needs Date, so it is ignored'],
  ['regbadct', 400, 400, '3.1.2.13 "?" in a Contact without angle brackets'],
  ['badaspec', 400, 400, '3.1.2.14 spaces within angle brackets'],
  ['baddn', 400, 400, '3.1.2.15 comma in an unquoted display name'],
  ['badvers', 505, 505, '3.1.2.16 unknown protocol version'],
  ['mismatch01', 400, 400, '3.1.2.17 CSeq method differs from the request line'],
  [
    'mismatch02',
    501,
    501,
    '3.1.2.18 the same with an unknown method, where 501 is to be preferred',
  ],
  ['bigcode', 'drop', 'silence', '3.1.2.19 status code of ten digits in a response'],
  // §3.2 transaction layer
  ['badbranch', 'accept', 200, '3.2.1 a bare cookie is no identifier: matched by the old rules'],
  // §3.3 application layer
  ['insuf', 400, 400, '3.3.1 From, To and Call-ID are missing; Via is there to answer by'],
  ['unkscm', 'accept', 416, '3.3.2 unknown URI scheme'],
  ['novelsc', 'accept', 416, '3.3.3 registered scheme that is not for calls'],
  ['unksm2', 'accept', 400, '3.3.4 well-formed, but To is no address of record for a registrar'],
  ['bext01', 'accept', 420, '3.3.5 Require names unknown extensions; Proxy-Require is not for us'],
  ['invut', 'accept', 415, '3.3.6 unknown media type'],
  ['regaut01', 'accept', 200, '3.3.7 unknown Authorization scheme is legal; the registrar decides'],
  ['multi01', 400, 400, '3.3.8 several values of single-valued headers'],
  ['mcl01', 400, 400, '3.3.9 two different Content-Length values'],
  ['bcast', 'accept', 'silence', '3.3.10 200 with a second Via: meant for another element'],
  ['zeromf', 'accept', 200, '3.3.11 Max-Forwards 0 stops proxies, not the endpoint'],
  ['cparam01', 'accept', 200, '3.3.12 unknown header parameter in Contact'],
  ['cparam02', 'accept', 200, '3.3.13 unknown URI parameter in Contact'],
  ['regescrt', 'accept', 200, '3.3.14 escaped Route header in a Contact URI'],
  ['sdp01', 'accept', 406, '3.3.15 Accept leaves no room for an SDP answer'],
  // §3.4 backward compatibility
  ['inv2543', 'accept', 486, '3.4.1 no branch, Max-Forwards, From tag, Contact or Content-Length'],
];
