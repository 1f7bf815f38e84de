import { type ConfigDocument, configDocument } from '@trunkline/contracts/node-config.ts';
import {
  CompactEncrypt,
  CompactSign,
  compactDecrypt,
  compactVerify,
  createLocalJWKSet,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';
import { type SigningKey, tokenAlgorithm } from './tokens.ts';

const documentType = 'trunkline-config+jws';
const keyAgreement = 'ECDH-ES+A256KW';
const contentEncryption = 'A256GCM';

/** Signs a configuration document; what is signed are these exact bytes (RFC 7515). */
export async function signConfig(document: ConfigDocument, key: SigningKey): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(document)))
    .setProtectedHeader({ alg: tokenAlgorithm, kid: key.kid, typ: documentType })
    .sign(await importJWK(key.privateJwk, tokenAlgorithm));
}

/**
 * Verifies and parses a signed document.
 * @throws when the signature, the type, the audience or the shape does not fit
 */
export async function verifyConfig(
  jws: string,
  keys: JSONWebKeySet,
  options: { audience: string },
): Promise<ConfigDocument> {
  const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), {
    algorithms: [tokenAlgorithm],
  });
  if (protectedHeader.typ !== documentType) throw new Error('not a configuration document');
  const document = configDocument.parse(JSON.parse(new TextDecoder().decode(payload)));
  if (document.audience !== options.audience) throw new Error('made for somebody else');
  return document;
}

/** Encrypts a trunk secret so that only one node can read it (RFC 7516). */
export async function encryptForNode(plaintext: string, publicJwk: JWK): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(plaintext))
    .setProtectedHeader({ alg: keyAgreement, enc: contentEncryption })
    .encrypt(await importJWK(publicJwk, keyAgreement));
}

/** @throws when the secret was made for another key */
export async function decryptAsNode(jwe: string, privateJwk: JWK): Promise<string> {
  const { plaintext } = await compactDecrypt(jwe, await importJWK(privateJwk, keyAgreement), {
    keyManagementAlgorithms: [keyAgreement],
    contentEncryptionAlgorithms: [contentEncryption],
  });
  return new TextDecoder().decode(plaintext);
}
