import { type CryptoAttribute, cryptosOf } from './crypto.ts';
import { answerSetup, type DtlsParameters, type DtlsRole, dtlsOf, dtlsRole } from './dtls.ts';
import type { MediaCapabilities, NegotiationError } from './media.ts';
import type { MediaDescription, SessionDescription } from './session-description.ts';

/** How the media of a section is protected, and with what profile it is written. */
export interface Security {
  crypto?: { local: CryptoAttribute; remote: CryptoAttribute };
  dtls?: { local: DtlsParameters; remote: DtlsParameters; role: DtlsRole };
}

const PLAIN: ReadonlySet<string> = new Set(['RTP/AVP', 'RTP/AVPF']);
const SDES: ReadonlySet<string> = new Set(['RTP/SAVP', 'RTP/SAVPF']);
const DTLS: ReadonlySet<string> = new Set(['UDP/TLS/RTP/SAVP', 'UDP/TLS/RTP/SAVPF']);

/** Profile of our offers. */
export function offeredProtocol(local: MediaCapabilities): string {
  if (local.dtls !== undefined) return 'UDP/TLS/RTP/SAVPF';
  return srtpMode(local) === 'off' ? 'RTP/AVP' : 'RTP/SAVP';
}

/** Key lines of our offers. */
export function offeredCrypto(local: MediaCapabilities): readonly CryptoAttribute[] {
  if (local.dtls !== undefined || srtpMode(local) === 'off') return [];
  return local.srtp?.local ?? [];
}

/** The protection an answer to this offered section has, or why there is none. */
export function answerSecurity(
  session: SessionDescription,
  media: MediaDescription,
  local: MediaCapabilities,
): Security | NegotiationError {
  const { protocol } = media;
  if (local.dtls !== undefined) return answerDtls(session, media, local.dtls);
  const mode = srtpMode(local);
  if (SDES.has(protocol)) {
    if (mode === 'off') return 'unsupported-protocol';
    return answerCrypto(media, local) ?? 'no-common-crypto';
  }
  if (!PLAIN.has(protocol)) return 'unsupported-protocol';
  if (mode === 'off') return {};
  // Keys in a plain profile are against RFC 4568 §5.1, but how many telephone systems say "if you
  // can": taken, the media is encrypted all the same.
  return answerCrypto(media, local) ?? (mode === 'required' ? 'encryption-required' : {});
}

/** The protection an answer to our offer means, or why it is of no use. */
export function answeredSecurity(
  answer: { session: SessionDescription; media: MediaDescription },
  offered: MediaDescription,
  local: MediaCapabilities,
): Security | NegotiationError {
  const { session, media } = answer;
  if (family(media.protocol) !== family(offered.protocol)) {
    return PLAIN.has(media.protocol) ? 'encryption-required' : 'answer-does-not-match';
  }
  if (local.dtls !== undefined) {
    const remote = dtlsOf(session, media);
    const role = remote && dtlsRole(local.dtls.setup, remote.setup, true);
    if (remote === undefined || role === undefined) return 'no-common-dtls';
    return { dtls: { local: local.dtls, remote, role } };
  }
  if (!SDES.has(offered.protocol)) return {};
  // Exactly one line, with the tag and suite of one we sent (RFC 4568 §5.1.3).
  const [remote, ...more] = cryptosOf(media);
  if (remote === undefined || more.length > 0) return 'no-common-crypto';
  const own = offeredCrypto(local).find(({ tag }) => tag === remote.tag);
  if (own === undefined || own.suite !== remote.suite) return 'answer-does-not-match';
  if (!usable(remote, local)) return 'no-common-crypto';
  return { crypto: { local: own, remote } };
}

/** Whether a section is encrypted: of several, such a one is to be taken first. */
export function isProtected(security: Security): boolean {
  return security.crypto !== undefined || security.dtls !== undefined;
}

function answerDtls(
  session: SessionDescription,
  media: MediaDescription,
  local: DtlsParameters,
): Security | NegotiationError {
  // Before RFC 5764 was final, RTP/SAVPF with a fingerprint meant the same.
  if (!DTLS.has(media.protocol) && !SDES.has(media.protocol)) {
    return PLAIN.has(media.protocol) ? 'encryption-required' : 'unsupported-protocol';
  }
  const remote = dtlsOf(session, media);
  if (remote === undefined) return 'no-common-dtls';
  const setup = answerSetup(remote.setup, local.setup);
  const role = dtlsRole(remote.setup, setup, false);
  if (role === undefined) return 'no-common-dtls';
  return { dtls: { local: { ...local, setup }, remote, role } };
}

/** The first offered line we have a key for; our line repeats its tag (RFC 4568 §5.1.2). */
function answerCrypto(media: MediaDescription, local: MediaCapabilities): Security | undefined {
  for (const remote of cryptosOf(media)) {
    const own = local.srtp?.local.find(({ suite }) => suite === remote.suite);
    if (own === undefined || !usable(remote, local)) continue;
    return { crypto: { local: { ...own, tag: remote.tag, sessionParams: [] }, remote } };
  }
  return undefined;
}

function usable(remote: CryptoAttribute, local: MediaCapabilities): boolean {
  return local.srtp?.mki === true || remote.keys.every((key) => key.mki === undefined);
}

function srtpMode(local: MediaCapabilities): 'off' | 'optional' | 'required' {
  return local.srtp?.mode ?? 'off';
}

function family(protocol: string): string {
  if (PLAIN.has(protocol)) return 'plain';
  if (SDES.has(protocol)) return 'sdes';
  return DTLS.has(protocol) ? 'dtls' : protocol;
}
