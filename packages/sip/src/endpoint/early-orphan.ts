import { createResponse } from '../message/build.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import { createCancel } from '../transaction/ack.ts';
import type { Hop } from '../transport/transport.ts';

/**
 * What ends a call that is not answered yet when the process that had it is gone: the CANCEL of an
 * INVITE we sent, or the final response to one we took, ready to be sent. Plain data.
 */
export interface EarlyOrphan {
  /** The message in Base64. */
  message: string;
  transport: 'udp' | 'tcp';
  address: string;
  port: number;
}

/** The CANCEL of an INVITE that was sent there; undefined over TLS, whose connection cannot outlive us. */
export function orphanedInvite(invite: SipRequest, hop: Hop | undefined): EarlyOrphan | undefined {
  return hop && packed(createCancel(invite), hop);
}

/** The 480 to an INVITE that came from there (RFC 3261 §21.4.18). */
export function orphanedAnswer(
  invite: SipRequest,
  localTag: string,
  hop: Hop,
): EarlyOrphan | undefined {
  return packed(createResponse(invite, 480, { toTag: localTag }), hop);
}

function packed(message: SipMessage, hop: Hop): EarlyOrphan | undefined {
  const { transport, address, port } = hop;
  if (transport !== 'udp' && transport !== 'tcp') return undefined;
  const bytes = serializeMessage(message);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { message: btoa(text), transport, address, port };
}

/** The bytes of an orphan's message. */
export function orphanBytes({ message }: EarlyOrphan): Uint8Array {
  return Uint8Array.from(atob(message), (char) => char.charCodeAt(0));
}
