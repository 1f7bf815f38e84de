import { WARNING, type Warning } from '../message/warning.ts';
import type { NegotiationError } from './media.ts';

/** Why media was refused, as a Warning says it (RFC 3261 §20.43, §21.4.26). */
const REASONS: Readonly<Record<NegotiationError, readonly [code: number, text: string]>> = {
  'no-audio': [WARNING.mediaTypeNotAvailable, 'Audio only'],
  'audio-rejected': [WARNING.mediaTypeNotAvailable, 'Audio wanted'],
  'unsupported-protocol': [WARNING.incompatibleTransport, 'Media transport not supported'],
  'encryption-required': [WARNING.incompatibleTransport, 'SRTP required'],
  'no-common-crypto': [WARNING.incompatibleTransport, 'No common SRTP suite'],
  'no-common-dtls': [WARNING.incompatibleTransport, 'No usable DTLS fingerprint'],
  'no-common-codec': [WARNING.incompatibleMediaFormat, 'No common codec'],
  'no-connection-address': [WARNING.incompatibleAddressFormats, 'No media address'],
  'answer-does-not-match': [WARNING.miscellaneous, 'Answer does not match the offer'],
};

/** How an offer that cannot be met is refused (VOX-117): 488 with a Warning. */
export function refusalOf(
  error: NegotiationError,
  agent: string,
): { status: 488; warning: Warning } {
  const [code, text] = REASONS[error];
  return { status: 488, warning: { code, agent, text } };
}
