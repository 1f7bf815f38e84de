import type { SipMessage, SipRequest } from './message.ts';
import { ParseError } from './parse-error.ts';

/** Methods this stack has heard of; a CSeq mismatch on any other is answered 501. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'REGISTER',
  'OPTIONS',
  'INFO',
  'PRACK',
  'UPDATE',
  'REFER',
  'SUBSCRIBE',
  'NOTIFY',
  'MESSAGE',
  'PUBLISH',
]);

/**
 * Checks the header fields every element needs (RFC 3261 §8.1.1), so that later code can use the
 * typed getters without surprise. Headers that are not needed to process the message are not looked
 * at, even when malformed (§8.2).
 *
 * A missing Max-Forwards, From tag or branch cookie is accepted: RFC 2543 peers send none.
 *
 * @throws ParseError with the status to answer a request with; a faulty response is to be dropped
 */
export function validate(message: SipMessage): void {
  try {
    const { cseq } = message;
    // Reading a getter checks it.
    void message.via;
    void message.from;
    void message.to;
    if (message.callId === '') throw new ParseError('header-value', 'Empty Call-ID header field');
    if (message.kind === 'request') validateRequest(message, cseq.method);
  } catch (error) {
    if (error instanceof ParseError && message.kind === 'request') error.partial = message;
    throw error;
  }
}

function validateRequest(request: SipRequest, cseqMethod: string): void {
  if (cseqMethod !== request.method) {
    if (!KNOWN_METHODS.has(request.method)) {
      throw new ParseError('method-mismatch', 'Not Implemented', 501);
    }
    throw new ParseError('method-mismatch', 'CSeq method does not match the Request-Line');
  }
  const uri = request.requestUri;
  // Headers are not allowed in a Request-URI (§19.1.1).
  if (uri.kind === 'sip' && uri.headers !== undefined) {
    throw new ParseError('uri', 'Header fields in the Request-URI');
  }
  void request.maxForwards;
  void request.contacts;
}
