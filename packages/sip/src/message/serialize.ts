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
  // Nearly every head is ASCII, where bytes are as many as characters. The slack lets a head that
  // is not be noticed by its length: it is then written once more into the room it needs.
  const room = Buffer.allocUnsafe(head.length + SLACK + body.byteLength);
  const written = room.write(head, 0, head.length + SLACK, 'utf8');
  if (written !== head.length) return exact(head, body);
  if (body.byteLength > 0) room.set(body, written);
  return room.subarray(0, written + body.byteLength);
}

/** Longest UTF-8 form of one character: less than this is never left over by a partial write. */
const SLACK = 4;

function exact(head: string, body: Uint8Array): Uint8Array {
  const headBytes = Buffer.byteLength(head, 'utf8');
  const out = Buffer.allocUnsafe(headBytes + body.byteLength);
  out.write(head, 0, 'utf8');
  out.set(body, headBytes);
  return out;
}
