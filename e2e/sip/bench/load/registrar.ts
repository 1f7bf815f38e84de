/**
 * A bare registrar on the stack, for the benchmark only: digest, bindings in a table.
 *
 * Arguments: own port, algorithm, realm, password of everybody. Prints `ready` when it listens.
 */
import { parseAlgorithm } from '@trunkline/sip/digest/algorithm.ts';
import { nodeHash } from '@trunkline/sip/digest/node/hash.ts';
import { DigestVerifier } from '@trunkline/sip/digest/verifier.ts';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import { randomHex } from '@trunkline/sip/ids.ts';

const [port = '', algorithm = '', realm = '', password = ''] = process.argv.slice(2);
const name = parseAlgorithm(algorithm)?.hash;
if (name === undefined) throw new Error(`unknown algorithm ${algorithm}`);

const EXPIRES = 3_600;

const verifier = new DigestVerifier({
  realm,
  algorithms: [name],
  passwordOf: () => password,
  hash: nodeHash,
  newNonce: () => randomHex(16),
  now: Date.now,
  maxNonces: 200_000,
});
const bindings = new Map<string, { uri: string; expires: number }>();

const endpoint = await SipEndpoint.listen({
  listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: Number(port) }],
  userAgent: 'registrar',
  // Each answered REGISTER is remembered for 32 s.
  maxTransactions: 250_000,
});
endpoint.onRegister((register) => {
  const result = verifier.verify(register.request);
  if (!result.ok) {
    register.challenge(verifier.challenge(result.reason === 'stale'));
    return;
  }
  if (result.username !== register.user) {
    register.reject(403);
    return;
  }
  const [asked] = register.bindings;
  if (asked !== undefined) {
    bindings.set(register.user, { uri: asked.uri, expires: asked.expires ?? EXPIRES });
  }
  const held = bindings.get(register.user);
  register.accept(held === undefined ? [] : [held]);
});

process.on('SIGTERM', () => {
  endpoint.close().then(() => process.exit(0));
});
console.log('ready');
