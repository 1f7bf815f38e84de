import { randomBytes } from 'node:crypto';
import { nodeHash } from '@trunkline/sip/digest/node/hash.ts';
import { DigestVerifier } from '@trunkline/sip/digest/verifier.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type {
  GrantedBinding,
  IncomingRegister,
} from '@trunkline/sip/endpoint/incoming-register.ts';

const realm = 'simulated-pbx';
const minExpires = 10;
const defaultExpires = 60;
const maxExpires = 600;
/** Extensions this telephone system has, and the password of each line. */
const extension = /^[2-9][0-9]$/;
export const passwordOf = (user: string): string | undefined =>
  extension.test(user) ? `demo-line-${user}` : undefined;

interface Binding {
  uri: string;
  /** Where the REGISTER came from: calls go there. */
  host: string;
  port: number;
  expiresAt: number;
}

/** Registrar of the simulated telephone system: digest, one binding per extension. */
export class Registrar {
  readonly #bindings = new Map<string, Binding>();
  readonly #verifier = new DigestVerifier({
    realm,
    algorithms: ['SHA-256', 'MD5'],
    passwordOf,
    hash: nodeHash,
    newNonce: () => randomBytes(16).toString('base64url'),
    now: Date.now,
  });

  /** Where an extension is registered now. */
  find(user: string): Binding | undefined {
    const binding = this.#bindings.get(user);
    return binding && binding.expiresAt > Date.now() ? binding : undefined;
  }

  /** Decides a REGISTER (RFC 3261 §10.3). */
  register(register: IncomingRegister): void {
    const verified = this.#verifier.verify(register.request);
    if (passwordOf(register.user) === undefined) register.reject(404);
    else if (verified.ok && verified.username === register.user) this.#bind(register);
    else if (verified.ok || verified.reason === 'wrong') register.reject(403);
    else register.challenge(this.#verifier.challenge(verified.reason === 'stale'));
  }

  #bind(register: IncomingRegister): void {
    const [wanted] = register.bindings;
    const seconds = Math.min(wanted?.expires ?? defaultExpires, maxExpires);
    if (register.removeAll || (wanted && seconds === 0)) {
      this.#bindings.delete(register.user);
    } else if (wanted && seconds < minExpires) {
      register.reject(423, undefined, [['Min-Expires', String(minExpires)]]);
      return;
    } else if (wanted) {
      this.#bindings.set(register.user, {
        uri: wanted.uri,
        host: register.remote.address,
        port: register.remote.port,
        expiresAt: Date.now() + seconds * 1000,
      });
    }
    register.accept(this.#granted(register.user));
  }

  /** The extension a call comes from, once it proved its password; challenges it otherwise. */
  authenticate(call: IncomingCall): string | undefined {
    const verified = this.#verifier.verify(call.request, 'proxy-authorization');
    if (verified.ok) return verified.username;
    if (verified.reason === 'wrong') call.reject(403);
    else {
      const values = this.#verifier.challenge(verified.reason === 'stale');
      call.reject(
        407,
        undefined,
        values.map((value) => ['Proxy-Authenticate', value] as const),
      );
    }
    return undefined;
  }

  #granted(user: string): GrantedBinding[] {
    const binding = this.find(user);
    if (!binding) return [];
    return [{ uri: binding.uri, expires: Math.round((binding.expiresAt - Date.now()) / 1000) }];
  }
}
