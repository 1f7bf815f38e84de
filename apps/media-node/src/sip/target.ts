import type { Target } from '@trunkline/sip/transport/target.ts';
import type { TlsPeer } from '@trunkline/sip/transport/tls-identity.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';

type Connection = Pick<
  RegistrationSpec,
  | 'registrarHost'
  | 'registrarPort'
  | 'proxyHost'
  | 'proxyPort'
  | 'domain'
  | 'transport'
  | 'tlsVerify'
  | 'trustedCa'
>;

/** Where a line's requests go: to the proxy if there is one, else to the registrar (LIN-039). */
export function targetOf(line: Connection): Target {
  const { proxyHost, proxyPort, registrarHost, registrarPort, transport } = line;
  const at =
    proxyHost === null
      ? { host: bare(registrarHost), port: registrarPort }
      : { host: bare(proxyHost), port: proxyPort ?? undefined };
  return { ...at, transport, ...(transport === 'tls' ? { tls: tlsPeerOf(line) } : {}) };
}

/**
 * Whom the PBX's certificate has to name: the SIP domain, or the host it is reached at (RFC 5922
 * §4). What is unchecked was chosen for this group alone.
 */
export function tlsPeerOf(line: Connection): TlsPeer {
  const { domain, registrarHost, proxyHost, tlsVerify, trustedCa } = line;
  const hosts = [domain, registrarHost, proxyHost].filter((host) => host !== null).map(bare);
  return {
    domains: [...new Set(hosts)],
    verify: tlsVerify === 'none' ? 'none' : 'full',
    ...(tlsVerify === 'custom' && trustedCa !== null ? { trustedCa } : {}),
  };
}

/** Host without the brackets of an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
