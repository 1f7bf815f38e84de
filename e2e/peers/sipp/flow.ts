/**
 * Writes SIPp scenarios of odd flows: a flow is a list of steps, each the XML of one message sent or
 * expected. Messages are whole, so that a flow may break any rule on purpose.
 */

const IDENTITY = 'Contact: <sip:odd@[local_ip]:[local_port];transport=[transport]>';

/** A-law and telephone-event at SIPp's media port. */
export const pcma = [
  'v=0',
  'o=- 1 1 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 8 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
].join('\n');

/** What a message carries. */
export interface Content {
  /** Further header lines. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Default `application/sdp`. */
  readonly contentType?: string;
}

/** What is remembered of a received INVITE: where it stands, and which of the header's lines. */
const remembered = {
  caller: ['From:', 1],
  callee: ['To:', 1],
  cseq: ['CSeq:', 1],
  nearVia: ['Via:', 1],
  farVia: ['Via:', 2],
  route: ['Record-Route:', 1],
} as const;

/** The scenario of these steps. */
export function flow(...steps: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="ISO-8859-1" ?>',
    '<scenario name="flow">',
    ...steps,
    // SIPp takes no variable that is set and read nowhere, nor one that is never set.
    ...(steps.some((step) => step.includes('assign_to'))
      ? [`<Reference variables="${Object.keys(remembered).join(',')}"/>`]
      : []),
    '</scenario>',
    '',
  ].join('\n');
}

/** Waits for a response. */
export function expectResponse(status: number, optional = false): string {
  // Where the dialog leads is told by what has a Contact.
  const routes = status > 100 && status < 300 ? ' rrs="true"' : '';
  return `<recv response="${status}"${routes}${optional ? ' optional="true"' : ''}/>`;
}

/** Waits for a request; of the first one, who is who is remembered for requests of one's own. */
export function expectRequest(method: string): string {
  const actions =
    method === 'INVITE'
      ? Object.entries(remembered).map(
          ([name, [header, occurrence]]) =>
            `<ereg regexp=".*" search_in="hdr" header="${header}" occurrence="${occurrence}" assign_to="${name}"/>`,
        )
      : [];
  const action = actions.length > 0 ? `<action>${actions.join('')}</action>` : '';
  return `<recv request="${method}" rrs="true">${action}</recv>`;
}

/** Milliseconds without a message. */
export function pause(milliseconds: number): string {
  return `<pause milliseconds="${milliseconds}"/>`;
}

function message(head: readonly string[], content: Content, retransmit: boolean): string {
  const lines = [...head, ...(content.headers ?? [])];
  if (content.body !== undefined)
    lines.push(`Content-Type: ${content.contentType ?? 'application/sdp'}`);
  lines.push('Content-Length: [len]', '', content.body ?? '');
  return `<send${retransmit ? ' retrans="500"' : ''}><![CDATA[\n${lines.join('\n')}\n]]></send>`;
}

/** The caller's INVITE to `[service]`. */
export function invite(content: Content): string {
  return message(
    [
      'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      'Max-Forwards: 70',
      'From: "Odd" <sip:40@[remote_ip]>;tag=[call_number]',
      'To: <sip:[service]@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      'CSeq: 1 INVITE',
      IDENTITY,
    ],
    content,
    true,
  );
}

/** A request of the caller within its dialog. */
export function callerSends(method: string, cseq: number, content: Content = {}): string {
  return message(
    [
      `${method} [next_url] SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      '[routes]',
      'Max-Forwards: 70',
      'From: "Odd" <sip:40@[remote_ip]>;tag=[call_number]',
      'To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]',
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      IDENTITY,
    ],
    content,
    method !== 'ACK',
  );
}

/** Acknowledges a refusal of the caller's INVITE or re-INVITE (RFC 3261 §17.1.1.3). */
export function callerAcknowledges(cseq: number): string {
  return message(
    [
      'ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      '[last_Via:]',
      'Max-Forwards: 70',
      '[last_From:]',
      '[last_To:]',
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ACK`,
    ],
    {},
    false,
  );
}

/** A request of the called side within the dialog of a tag. */
export function calleeSends(
  method: string,
  cseq: number,
  content: Content = {},
  tag = 'a',
): string {
  return message(
    [
      `${method} [next_url] SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      '[routes]',
      'Max-Forwards: 70',
      `From:[$callee];tag=${tag}[call_number]`,
      'To:[$caller]',
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      IDENTITY,
    ],
    content,
    method !== 'ACK',
  );
}

/** The called side's answer to the INVITE, under one of its tags. */
export function answer(status: number, reason: string, content: Content = {}, tag = 'a'): string {
  return message(
    [
      `SIP/2.0 ${status} ${reason}`,
      '[last_Via:]',
      '[last_From:]',
      `To:[$callee];tag=${tag}[call_number]`,
      '[last_Call-ID:]',
      '[last_CSeq:]',
      '[last_Record-Route:]',
      IDENTITY,
    ],
    content,
    false,
  );
}

/** The called side's late answer to the INVITE, after other requests. */
export function lateAnswer(status: number, reason: string, content: Content = {}): string {
  return message(
    [
      `SIP/2.0 ${status} ${reason}`,
      'Via:[$nearVia]',
      'Via:[$farVia]',
      'From:[$caller]',
      'To:[$callee];tag=a[call_number]',
      '[last_Call-ID:]',
      'CSeq:[$cseq]',
      'Record-Route:[$route]',
      IDENTITY,
    ],
    content,
    false,
  );
}

/** An answer to a request within the dialog, whose To has its tag. */
export function reply(status: number, reason: string, content: Content = {}): string {
  return message(
    [
      `SIP/2.0 ${status} ${reason}`,
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      IDENTITY,
    ],
    content,
    false,
  );
}
