import type { LineSipEvent } from '@trunkline/contracts/sip-events.ts';
import type { sipViewDe } from '../../i18n/sip-view-de.ts';

export type MethodKey = keyof typeof sipViewDe.method;
export type StatusKey = keyof typeof sipViewDe.status;

const methods: readonly string[] = [
  'REGISTER',
  'OPTIONS',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'PRACK',
  'UPDATE',
  'REFER',
  'NOTIFY',
  'SUBSCRIBE',
  'INFO',
  'MESSAGE',
  'PUBLISH',
] satisfies readonly MethodKey[];

/** Status codes people should read as a word of their own (RFC 3261 §21). */
const named: Readonly<Record<number, StatusKey>> = {
  100: 'trying',
  180: 'ringing',
  401: 'password',
  404: 'notFound',
  407: 'password',
  408: 'timeout',
  410: 'notFound',
  423: 'interval',
  480: 'unavailable',
  484: 'notFound',
  486: 'busy',
  487: 'cancelled',
  488: 'media',
  504: 'timeout',
  600: 'busy',
  604: 'notFound',
  606: 'media',
};

/** What a message is about and what it says, as keys below `sipView`. */
export interface SipWords {
  readonly method: MethodKey;
  /** Null for a request. */
  readonly status: StatusKey | null;
  readonly tone: 'plain' | 'good' | 'bad';
}

function statusKey(code: number): StatusKey {
  const own = named[code];
  if (own) return own;
  if (code < 200) return 'progress';
  if (code < 300) return 'accepted';
  if (code < 400) return 'moved';
  if (code === 403 || code === 603 || code === 607) return 'refused';
  return code >= 500 && code < 600 ? 'serverFailed' : 'failed';
}

/** Reads start line and CSeq of a message. */
export function wordsOf({ startLine, cseq }: Pick<LineSipEvent, 'startLine' | 'cseq'>): SipWords {
  const code = Number(/^SIP\/2\.0 ([1-6]\d\d)/.exec(startLine)?.[1] ?? 0);
  const name = (code > 0 ? cseq : startLine).match(code > 0 ? /(\S+)\s*$/ : /^(\S+)/)?.[1] ?? '';
  const method = methods.includes(name) ? (name as MethodKey) : 'other';
  if (code === 0) return { method, status: null, tone: 'plain' };
  const asks = code === 401 || code === 407;
  const tone = asks || code < 200 ? 'plain' : code < 300 ? 'good' : 'bad';
  return { method, status: statusKey(code), tone };
}
