import type { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { RegistrationState } from '@trunkline/sip/endpoint/registration.ts';
import type {
  Registrar,
  Registration,
  RegistrationSpec,
  RegistrationStatus,
} from '../lines/registrar.ts';
import type { PbxResolver } from './resolver.ts';

/** Registrations by the SIP stack, which refreshes them and backs off by itself. */
export class SipRegistrar implements Registrar {
  private readonly endpoint: SipEndpoint;
  private readonly resolver: PbxResolver;

  constructor(endpoint: SipEndpoint, resolver: PbxResolver) {
    this.endpoint = endpoint;
    this.resolver = resolver;
  }

  register(spec: RegistrationSpec, onStatus: (status: RegistrationStatus) => void): Registration {
    const registration = this.endpoint.register({
      registrar: { host: spec.registrarHost, port: spec.registrarPort, transport: 'udp' },
      domain: spec.domain ?? spec.registrarHost,
      user: spec.userName,
      authUser: spec.authUserName,
      ...(spec.password === null ? {} : { password: spec.password }),
      expiresSeconds: spec.expiresSeconds,
      contactUser: spec.contactUser,
    });
    registration.on('state', (state) => {
      const status = this.statusOf(state, spec.registrarHost);
      if (status) onStatus(status);
    });
    return {
      unregister: () => registration.unregister(),
      stop: () => registration.stop(),
    };
  }

  private statusOf(state: RegistrationState, host: string): RegistrationStatus | undefined {
    if (state.status === 'registered')
      return { kind: 'registered', expiresSeconds: state.expiresSeconds ?? 0 };
    if (state.status !== 'failed') return undefined;
    const retryMs = Math.max(0, (state.nextAttemptAt ?? 0) - Date.now());
    if (state.sipCode !== undefined)
      return {
        kind: 'failed',
        cause: 'refused',
        sipCode: state.sipCode,
        reason: state.reasonPhrase ?? '',
        retryMs,
      };
    const unknown = this.resolver.failureOf(host);
    return {
      kind: 'failed',
      cause: unknown === null ? 'unreachable' : 'dns',
      sipCode: null,
      reason: unknown ?? state.text,
      retryMs,
    };
  }
}
