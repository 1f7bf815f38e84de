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
