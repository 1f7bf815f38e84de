import type { SipMessage } from './message.ts';

/**
 * Bytes of a message. Content-Length is always the true one, whatever the headers say.
 */
export function serializeMessage(message: SipMessage): Uint8Array {
  const { body } = message;
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.statusCode} ${message.reasonPhrase}\r\n`;
  const head = `${startLine}${message.headers.toText(body.byteLength)}\r\n`;
  if (body.byteLength === 0) return Buffer.from(head, 'utf8');
  const headBytes = Buffer.byteLength(head, 'utf8');
  const out = Buffer.allocUnsafe(headBytes + body.byteLength);
  out.write(head, 0, 'utf8');
  out.set(body, headBytes);
  return out;
}
