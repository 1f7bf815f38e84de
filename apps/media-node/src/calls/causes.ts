import type { Lapse } from '@trunkline/sip/endpoint/reason.ts';

/** How a call ended, as the journal and the client are told. */
export interface CallEnd {
  by: 'local' | 'remote' | 'system';
  /** Stable word. */
  cause: string;
  /** SIP status that refused or ended the call, if any. */
  sipCode: number | null;
  /** Reason phrase of the PBX or our own words. */
  text: string;
}

const busy = new Set([486, 600]);
const rejected = new Set([403, 603]);
const noAnswer = new Set([408, 480]);

const lapses: Readonly<Record<Lapse, CallEnd>> = {
  ack: { by: 'system', cause: 'no_ack', sipCode: null, text: 'no ACK of the PBX' },
  session: { by: 'system', cause: 'session_expired', sipCode: null, text: '' },
  dialog: { by: 'system', cause: 'failed', sipCode: 408, text: 'the PBX does not know the call' },
};

/** How a call ends for which something of the PBX did not come in time. */
export function endOfLapse(lapse: Lapse): CallEnd {
  return lapses[lapse];
}

/**
 * The cause of an outgoing call the PBX refused.
 * @param status final SIP status; null when none came in time or nothing could be sent
 */
export function causeOfFailure(status: number | null, text: string): CallEnd {
  const end = (cause: string): CallEnd => ({ by: 'remote', cause, sipCode: status, text });
  if (status === null) return { by: 'system', cause: 'failed', sipCode: null, text };
  if (busy.has(status)) return end('busy');
  if (rejected.has(status)) return end('rejected');
  if (noAnswer.has(status)) return end('no_answer');
  return end('failed');
}
