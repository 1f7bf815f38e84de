import { SIP_LINE } from './config.ts';

/** One SIP message as Kamailio saw it on the wire. */
export interface SipRecord {
  /** `received` from a peer, or `sent`: a reply of Kamailio's own making. */
  readonly direction: 'received' | 'sent';
  /** Address and port of the sender, or of the receiver of a reply of its own. */
  readonly peer: string;
  readonly kind: 'request' | 'response';
  /** Of a response: the method of the request it answers. */
  readonly method: string;
  /** Request-URI; requests only. */
  readonly ruri?: string;
  /** User part of the Request-URI; requests only. */
  readonly ruriUser?: string;
  /** Status code; responses only. */
  readonly status?: number;
  readonly reason?: string;
  /** URI of the From header. */
  readonly from: string;
  /** URI of the To header. */
  readonly to: string;
  /** The To header has a tag: for a request, it belongs to a dialog. */
  readonly toTag: boolean;
  readonly callId: string;
  readonly cseq: number;
  /** Values by lower-case name, in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** What a record must be like; every named field must be equal. */
export type SipRecordMatch = Partial<
  Pick<
    SipRecord,
    'direction' | 'kind' | 'method' | 'ruri' | 'ruriUser' | 'status' | 'callId' | 'toTag' | 'cseq'
  >
> & {
  /** User part of the From URI. */
  readonly fromUser?: string;
  /** User part of the To URI. */
  readonly toUser?: string;
};

const COMPACT: Readonly<Record<string, string>> = {
  i: 'call-id',
  f: 'from',
  t: 'to',
  v: 'via',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
};

/** User part of a SIP URI, percent-decoding left alone. */
export function uriUser(uri: string): string | undefined {
  return /^sips?:([^@;?]*)@/i.exec(uri)?.[1]?.split(':')[0];
}

/** Reads one line of Kamailio's log; `undefined` if it carries no SIP message. */
export function parseSipLine(line: string): SipRecord | undefined {
  const found = new RegExp(`${SIP_LINE} (received|sent) (\\S+) ([A-Za-z0-9+/=]+)\\s*$`).exec(line);
  if (!found) return undefined;
  const [, direction, peer, encoded] = found;
  if (!peer || !encoded) return undefined;
  const message = Buffer.from(encoded, 'base64').toString('utf8');
  return parseMessage(direction === 'sent' ? undefined : peer, message);
}

/** @param source sender of a received message; `undefined` for one that was sent */
function parseMessage(source: string | undefined, message: string): SipRecord | undefined {
  const end = message.indexOf('\r\n\r\n');
  const head = end < 0 ? message : message.slice(0, end);
  const [first, ...rest] = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of rest) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const written = line.slice(0, colon).trim().toLowerCase();
    const name = COMPACT[written] ?? written;
    const values = headers.get(name) ?? [];
    values.push(line.slice(colon + 1).trim());
    headers.set(name, values);
  }
  const [cseq, cseqMethod] = (headers.get('cseq')?.[0] ?? '').split(/\s+/);
  const toHeader = headers.get('to')?.[0] ?? '';
  const common = {
    direction: source === undefined ? ('sent' as const) : ('received' as const),
    peer: source ?? replyTarget(headers.get('via')?.[0] ?? ''),
    from: uriOf(headers.get('from')?.[0] ?? ''),
    to: uriOf(toHeader),
    toTag: /;\s*tag\s*=/i.test(toHeader.replace(/<[^>]*>/, '')),
    callId: headers.get('call-id')?.[0] ?? '',
    cseq: Number(cseq),
    headers,
    body: end < 0 ? '' : message.slice(end + 4),
  };
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first ?? '');
  if (response) {
    return {
      ...common,
      kind: 'response',
      method: cseqMethod ?? '',
      status: Number(response[1]),
      reason: response[2] ?? '',
    };
  }
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first ?? '');
  if (!request?.[1] || !request[2]) return undefined;
  const user = uriUser(request[2]);
  return {
    ...common,
    kind: 'request',
    method: request[1],
    ruri: request[2],
    ...(user === undefined ? {} : { ruriUser: user }),
  };
}

/** Where a reply goes: `received` and `rport` of the topmost Via, else its own address (RFC 3581 §4). */
function replyTarget(via: string): string {
  const sentBy = /^SIP\s*\/\s*2\.0\s*\/\s*\w+\s+([^;,\s]+)/i.exec(via)?.[1] ?? '';
  const [, host = '', port = '5060'] = /^(.*?)(?::(\d+))?$/.exec(sentBy) ?? [];
  const parameter = (name: string) => new RegExp(`;\\s*${name}=([^;,\\s]+)`, 'i').exec(via)?.[1];
  return `${parameter('received') ?? host}:${parameter('rport') ?? port}`;
}

function uriOf(header: string): string {
  return (/<([^>]*)>/.exec(header)?.[1] ?? header.split(';')[0] ?? '').trim();
}

/** Whether a record is like that. */
export function matchesSipRecord(record: SipRecord, match: SipRecordMatch): boolean {
  const { fromUser, toUser, ...same } = match;
  if (fromUser !== undefined && uriUser(record.from) !== fromUser) return false;
  if (toUser !== undefined && uriUser(record.to) !== toUser) return false;
  const fields: Readonly<Record<string, unknown>> = { ...record };
  return Object.entries(same).every(([field, value]) => fields[field] === value);
}

/** One line for people: `INVITE sip:20@… (from 30)` or `486 Busy here to INVITE`. */
export function describeSipRecord(record: SipRecord): string {
  const arrow = record.direction === 'sent' ? '→' : '←';
  const what =
    record.kind === 'request'
      ? `${record.method} ${record.ruri}`
      : `${record.status} ${record.reason} to ${record.method}`;
  return `${arrow} ${record.peer} ${what} (${record.from} → ${record.to}, CSeq ${record.cseq})`;
}
