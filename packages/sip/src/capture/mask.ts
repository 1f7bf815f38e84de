const CREDENTIALS = 'credentials masked';

/** Header lines with their continuations. */
const AUTHORIZATION = /^((?:proxy-)?authorization[ \t]*:[ \t]*)[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim;
/** Key lines of a session description (RFC 4568). */
const KEY_LINE = /^a=crypto:[^\r\n]*/gim;
const KEY = /(inline:)([^|;\s]+)/gi;

/**
 * The message without what proves an identity or opens media: the values of Authorization and
 * Proxy-Authorization become `credentials masked`, SRTP keys as many `x`, so that Content-Length
 * stays true. Everything else is left as it was, octet by octet.
 */
export function maskSecrets(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const headEnd = text.indexOf('\r\n\r\n');
  const [head, body] = headEnd < 0 ? [text, ''] : [text.slice(0, headEnd), text.slice(headEnd)];
  const masked =
    head.replace(AUTHORIZATION, `$1${CREDENTIALS}`) +
    body.replace(KEY_LINE, (line) =>
      line.replace(KEY, (_all, name: string, key: string) => name + 'x'.repeat(key.length)),
    );
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
}
