const CREDENTIALS = 'credentials masked';

/** Header lines with their continuations. */
const AUTHORIZATION =
  /^((?:proxy-)?authorization[ \t]*:[ \t]*)([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)/gim;
/** Key lines of a session description (RFC 4568, RFC 4566 §5.12, RFC 4567). */
const CRYPTO_LINE = /^a=crypto:[^\r\n]*/gim;
const INLINE_KEY = /(inline:)([^|;\s]+)/gi;
const OTHER_KEY = /^(k=(?:clear|base64|uri):|a=key-mgmt:[^ \r\n]* )([^\r\n]+)/gim;
/** Password in a URI (RFC 3261 §19.1.1); as none holds a colon, no text is looked at twice. */
const URI_PASSWORD = /(\bsips?:[^@:;?<>\s"]+:)([^@:;?<>\s"]+)(?=@)/gi;
/** Where the body begins; whoever ends lines with LF alone ends the head so too. */
const HEAD_END = /\r?\n\r?\n/;

const hide = (_all: string, name: string, secret: string) => name + 'x'.repeat(secret.length);

/**
 * The message without what proves an identity or opens media: the values of Authorization and
 * Proxy-Authorization become `credentials masked`, SRTP keys and passwords of URIs as many `x`;
 * credentials in a body (a message in a message) too, so that Content-Length stays true. Everything
 * else is left as it was, octet by octet.
 */
export function maskSecrets(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const headEnd = HEAD_END.exec(text)?.index ?? text.length;
  const masked = (
    text.slice(0, headEnd).replace(AUTHORIZATION, `$1${CREDENTIALS}`) +
    text.slice(headEnd).replace(AUTHORIZATION, hide)
  )
    .replace(CRYPTO_LINE, (line) => line.replace(INLINE_KEY, hide))
    .replace(OTHER_KEY, hide)
    .replace(URI_PASSWORD, hide);
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
}
