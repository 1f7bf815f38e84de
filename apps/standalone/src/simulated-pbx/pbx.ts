import type { Logger } from '@trunkline/platform/log.ts';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import type { IncomingReinvite } from '@trunkline/sip/endpoint/incoming-requests.ts';
import { SessionRequestError } from '@trunkline/sip/endpoint/session-request-error.ts';
import { userOf } from '@trunkline/sip/message/uri.ts';
import { type AudioKind, AudioService } from './audio-service.ts';
import { passwordOf, Registrar } from './registrar.ts';

/** Pause before 12 calls back, milliseconds. */
const callBackAfterMs = 5_000;
/** A call nobody takes is given up after this, milliseconds. */
const ringMs = 45_000;
/** Emergency numbers with and without the access code: here they only play the announcement. */
const emergency = /^0?11[02]$/;

export interface SimulatedPbx {
  readonly port: number;
  close(): Promise<void>;
}

/** One side of a call that stands. */
type Side = Pick<IncomingCall, 'reinvite'> & {
  on(event: 'reinvite', handler: (change: IncomingReinvite) => void): unknown;
};

/** Hold, resume and new addresses of a line that talks to one of our services. */
function takeChanges(call: Side, audio: AudioService): void {
  call.on('reinvite', (change) => {
    const answer = change.body === '' ? undefined : audio.answer(change.body);
    if (answer === undefined) change.reject(488);
    else change.accept(answer);
  });
}

/** What one line changes, such as hold, is asked of the other one, and its answer goes back. */
function relayChanges(from: Side, to: Side): void {
  from.on('reinvite', (change) => {
    to.reinvite({ body: change.body }).then(
      (response) => change.accept(new TextDecoder().decode(response.body)),
      (error: unknown) => change.reject(error instanceof SessionRequestError ? error.status : 500),
    );
  });
}

/**
 * A customer's telephone system, simulated on our own SIP stack, so that a newcomer has somebody to
 * call: 10 echoes, 11 plays an announcement, 12 calls back; lines 20 … 99 reach each other.
 */
export async function startSimulatedPbx(options: {
  port: number;
  logger: Logger;
}): Promise<SimulatedPbx> {
  const { port, logger } = options;
  const registrar = new Registrar();
  const timers = new Set<NodeJS.Timeout>();
  const endpoint = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port }],
    userAgent: 'Trunkline simulated PBX',
  });
  endpoint.onRegister((register) => registrar.register(register));
  endpoint.onInvite((call) => {
    const caller = registrar.authenticate(call);
    if (caller === undefined) return;
    const dialled = userOf(call.requestUri);
    route(call, caller, dialled).catch((error: unknown) => {
      logger.error({ err: error }, 'call failed');
      call.reject(500);
    });
  });

  async function route(call: IncomingCall, caller: string, dialled: string): Promise<void> {
    if (dialled === '10') return talk(call, 'echo');
    if (dialled === '11' || emergency.test(dialled)) return talk(call, 'announcement');
    if (dialled === '12') return callBack(call, caller);
    if (passwordOf(dialled) !== undefined) return connect(call, caller, dialled);
    call.reject(404);
  }

  async function talk(call: IncomingCall, kind: AudioKind): Promise<void> {
    const audio = await AudioService.open(kind);
    call.on('over', () => audio.close());
    call.ringing();
    const answer = call.body === '' ? undefined : audio.answer(call.body);
    if (answer === undefined) call.reject(488);
    else call.answer(answer);
    takeChanges(call, audio);
  }

  /** Refuses with 480 and rings the caller a little later. */
  function callBack(call: IncomingCall, caller: string): void {
    call.reject(480, 'Will Call Back');
    const timer = setTimeout(() => {
      timers.delete(timer);
      ringBack(caller).catch((error: unknown) => logger.error({ err: error }, 'call back failed'));
    }, callBackAfterMs);
    timers.add(timer);
  }

  async function ringBack(caller: string): Promise<void> {
    const binding = registrar.find(caller);
    if (!binding) return;
    const audio = await AudioService.open('announcement');
    const call = endpoint.invite({
      requestUri: binding.uri,
      to: `<sip:${caller}@127.0.0.1:${endpoint.localPort}>`,
      from: `"Rückruf-Dienst" <sip:12@127.0.0.1:${endpoint.localPort}>`,
      contactUser: '12',
      outboundProxy: { host: binding.host, port: binding.port, transport: 'udp' },
      body: audio.offer(),
      ringTimeoutMs: ringMs,
    });
    call.on('answered', (response) => {
      if (!audio.answered(new TextDecoder().decode(response.body))) void call.bye();
    });
    call.on('failed', () => audio.close());
    call.on('ended', () => audio.close());
    takeChanges(call, audio);
  }

  /** Line to line: signalling passes through, the audio goes straight between the two. */
  async function connect(inbound: IncomingCall, caller: string, dialled: string): Promise<void> {
    const binding = registrar.find(dialled);
    if (!binding) return inbound.reject(480);
    if (inbound.body === '') return inbound.reject(488);
    // A line that forwards tells who calls and which way the call came.
    const { asserted, diversion, historyInfo } = inbound.identity;
    const shown = (asserted[0] && userOf(asserted[0].uri)) || caller;
    const outbound = endpoint.invite({
      requestUri: binding.uri,
      to: `<sip:${dialled}@127.0.0.1:${endpoint.localPort}>`,
      from: `<sip:${encodeURIComponent(shown)}@127.0.0.1:${endpoint.localPort}>`,
      diversion,
      historyInfo,
      contactUser: caller,
      outboundProxy: { host: binding.host, port: binding.port, transport: 'udp' },
      body: inbound.body,
      ringTimeoutMs: ringMs,
    });
    outbound.on('provisional', (response) => {
      if (response.statusCode === 180 || response.statusCode === 183)
        inbound.ringing({ status: 180 });
    });
    outbound.on('answered', (response) => inbound.answer(new TextDecoder().decode(response.body)));
    outbound.on('failed', ({ statusCode, reasonPhrase }) =>
      inbound.reject(statusCode, reasonPhrase),
    );
    outbound.on('ended', ({ by }) => {
      if (by !== 'local') void inbound.bye();
    });
    relayChanges(inbound, outbound);
    relayChanges(outbound, inbound);
    inbound.on('cancelled', () => outbound.cancel());
    inbound.on('ended', ({ by }) => {
      if (by !== 'local') void outbound.bye();
    });
  }

  return {
    port: endpoint.localPort,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await endpoint.close();
    },
  };
}
