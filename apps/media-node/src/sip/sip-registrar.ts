import {
  type BackoffSettings,
  backoffMs,
  DEFAULT_BACKOFF,
} from '@trunkline/sip/endpoint/backoff.ts';
import type { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { RegistrationState } from '@trunkline/sip/endpoint/registration.ts';
import { escapeUser } from '@trunkline/sip/message/uri.ts';
import type {
  Registrar,
  Registration,
  RegistrationSpec,
  RegistrationStatus,
} from '../lines/registrar.ts';
import type { PbxResolver } from './resolver.ts';
import { targetOf } from './target.ts';

/** Five seconds to five minutes (LIN-094). */
const backoff: BackoffSettings = { ...DEFAULT_BACKOFF, firstMs: 5000, capMs: 300_000 };

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
      registrar: targetOf(spec),
      domain: spec.domain ?? spec.registrarHost,
      user: spec.userName,
      authUser: spec.authUserName,
      ...(spec.password === null ? {} : { password: spec.password }),
      expiresSeconds: spec.expiresSeconds,
      contactUser: spec.contactUser,
      backoff,
      ...(spec.natRefreshSeconds > 0 ? { keepAliveMs: spec.natRefreshSeconds * 1000 } : {}),
    });
    registration.on('state', (state) => {
      const status = this.statusOf(state, spec.proxyHost ?? spec.registrarHost);
      if (status) onStatus(status);
    });
    return {
      unregister: () => registration.unregister(),
      stop: () => registration.stop(),
    };
  }

  monitor(spec: RegistrationSpec, onStatus: (status: RegistrationStatus) => void): Registration {
    const target = targetOf(spec);
    const domain = `sip:${spec.domain ?? spec.registrarHost}`;
    const everyMs = spec.optionsSeconds * 1000;
    const retryMs = (failures: number) =>
      Math.min(everyMs, backoffMs(backoff, failures, Math.random()));
    const keepAlive = this.endpoint.keepAlive({
      target,
      method: 'options',
      everyMs,
      firstMs: 0,
      retryMs,
      from: `sip:${escapeUser(spec.userName)}@${spec.domain ?? spec.registrarHost}`,
      to: domain,
      onAlive: () => onStatus({ kind: 'reachable' }),
      onDead: (reason, { status, nextMs }) => {
        const unknown = this.resolver.failureOf(target.host);
        onStatus({
          kind: 'failed',
          cause: status !== undefined ? 'refused' : unknown === null ? 'unreachable' : 'dns',
          sipCode: status ?? null,
          reason: unknown ?? reason,
          retryMs: nextMs,
        });
      },
    });
    return { unregister: async () => keepAlive.stop(), stop: () => keepAlive.stop() };
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
