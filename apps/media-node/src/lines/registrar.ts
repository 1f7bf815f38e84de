/**
 * What line control needs of a SIP registration; `sip/registrar.ts` brings it from the SIP stack.
 */

/** Everything a registration depends on: when one of these changes, it starts afresh. */
export interface RegistrationSpec {
  registrarHost: string;
  registrarPort: number;
  /** SIP domain of the address of record where it is not the registrar (LIN-040). */
  domain: string | null;
  userName: string;
  authUserName: string;
  password: string | null;
  expiresSeconds: number;
  /** User part of the Contact. */
  contactUser: string;
}

/** How a registration stands. */
export type RegistrationStatus =
  | { kind: 'registered'; expiresSeconds: number }
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
}
