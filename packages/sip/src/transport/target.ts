import type { TlsPeer } from './tls-identity.ts';
import type { TransportName } from './transport.ts';

/** Where a request is to be sent, not yet resolved (RFC 3263 §4). */
export interface Target {
  /** Name or address without brackets. */
  host: string;
  /** Absent: found by SRV, else the transport's own. */
  port?: number | undefined;
  /** Absent: found by NAPTR or SRV, else UDP. */
  transport?: TransportName | undefined;
  /** Only TLS will do (`sips:`). */
  secure?: boolean;
  /** Who has to be at the other end; TLS only. Default: somebody who proves `host`. */
  tls?: TlsPeer;
}
