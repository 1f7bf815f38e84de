import type { LineGroupKind, SipTransportName } from '@trunkline/contracts/pbx-templates.ts';

/**
 * What line control needs of the SIP stack to open lines; `sip/sip-registrar.ts` brings it.
 */

/** Everything the opening of a line depends on: when one of these changes, it starts afresh. */
export interface RegistrationSpec {
  kind: LineGroupKind;
  registrarHost: string;
  registrarPort: number;
  /** Where requests are sent when not straight to the registrar (LIN-039). */
  proxyHost: string | null;
  /** Null: found by DNS, else the transport's own. */
  proxyPort: number | null;
  /** SIP domain of the address of record where it is not the registrar (LIN-040). */
  domain: string | null;
  transport: SipTransportName;
  /** TLS: whose word counts for the PBX's certificate. */
  tlsVerify: 'platform' | 'custom' | 'none';
  /** PEM certificates, for `custom`. */
  trustedCa: string | null;
  userName: string;
  /** Who authenticates: of a registered trunk the line that registers it, unless a line has its own. */
  authUserName: string;
  password: string | null;
  expiresSeconds: number;
  /** Seconds between keep-alives; 0 = none (LIN-043). */
  natRefreshSeconds: number;
  /** Fixed-IP trunk: seconds between OPTIONS (LIN-045). */
  optionsSeconds: number;
  /** User part of the Contact. */
  contactUser: string;
}

/** How a registration, or the connection of a fixed-IP trunk, stands. */
export type RegistrationStatus =
  | { kind: 'registered'; expiresSeconds: number }
  /** The PBX answered an OPTIONS. */
  | { kind: 'reachable' }
  | {
      kind: 'failed';
      /** The PBX refused, said nothing, or its name is unknown. */
      cause: 'refused' | 'unreachable' | 'dns';
      /** Status of the refusal. */
      sipCode: number | null;
      reason: string;
      /** Milliseconds until the next attempt. */
      retryMs: number;
    };

export interface Registration {
  /** Takes the binding back at the PBX and stops; resolves when answered or given up. */
  unregister(): Promise<void>;
  /** Stops without telling the PBX. */
  stop(): void;
}

export interface Registrar {
  register(spec: RegistrationSpec, onStatus: (status: RegistrationStatus) => void): Registration;
  /** Asks a fixed-IP trunk's PBX by OPTIONS, at once and then cyclically (LIN-045, LIN-057). */
  monitor(spec: RegistrationSpec, onStatus: (status: RegistrationStatus) => void): Registration;
}
