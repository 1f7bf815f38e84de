import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { type CallId, type DeviceId, isId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { aboutOf } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';

const clientLost: CallEnd = {
  by: 'system',
  cause: 'client_lost',
  sipCode: null,
  text: 'the browser is gone',
};

/**
 * Watches what the engine says about the browsers of live calls: one that vanishes or falls
 * silent may come back for a while, then its call ends; calls of a lost engine end at once.
 * @param silentMs how long without a packet the engine calls silent
 * @returns ends the watch
 */
export function watchClients(env: CallEnvironment, silentMs: number): () => void {
  const { engine } = env;
  const stops = [
    engine.on('webrtc-connected', ({ bridgeId }) => withCall(env, bridgeId, connected)),
    engine.on('webrtc-lost', ({ bridgeId }) =>
      withCall(env, bridgeId, (call) => {
        note(env, call, 'lost', 'webrtc');
        startGrace(env, call, silentMs);
      }),
    ),
    engine.on('media-silent', ({ bridgeId, side }) =>
      withCall(env, bridgeId, (call) => {
        note(env, call, 'silent', side);
        // A PBX may send nothing while it holds; a browser always sends.
        if (side === 'webrtc') startGrace(env, call, silentMs);
      }),
    ),
    engine.on('rtp-started', ({ bridgeId }) =>
      withCall(env, bridgeId, (call) => note(env, call, 'connected', 'rtp')),
    ),
    engine.on('bridge-expired', ({ bridgeId }) =>
      withCall(env, bridgeId, (call) =>
        call.input('mediaFailed', {
          by: 'system',
          cause: 'media_timeout',
          sipCode: null,
          text: 'no audio of either side',
        }),
      ),
    ),
    engine.on('engine-lost', ({ bridgeIds }) => {
      for (const bridgeId of bridgeIds)
        withCall(env, bridgeId, (call) =>
          call.input('mediaFailed', {
            by: 'system',
            cause: 'media_engine_lost',
            sipCode: null,
            text: 'the media engine failed',
          }),
        );
    }),
  ];

  function connected(call: LiveCall): void {
    call.timers.clear('webrtc');
    const back = call.timers.has('clientGrace');
    call.timers.clear('clientGrace');
    note(env, call, back ? 'restored' : 'connected', 'webrtc');
  }

  return () => {
    for (const stop of stops) stop();
  };
}

/** The last socket of a device is gone: its calls end unless it speaks again in time. */
export function deviceGone(env: CallEnvironment, tenantId: TenantId, deviceId: DeviceId): void {
  for (const call of env.calls.heldBy(tenantId, deviceId))
    call.timers.set('deviceGrace', env.bounds.clientGraceMs, () =>
      call.input('clientLost', clientLost),
    );
}

function startGrace(env: CallEnvironment, call: LiveCall, silentMs: number): void {
  if (call.timers.has('clientGrace')) return;
  call.timers.set('clientGrace', env.bounds.clientGraceMs, () => {
    // A reloaded page that is just connecting has a bound of its own.
    if (call.timers.has('webrtc')) return;
    const end = () => call.input('clientLost', clientLost);
    // The engine tells when silence begins, not when it ends: look before ending.
    env.engine.stats(call.id).then(({ webrtc }) => {
      const age = webrtc.received.lastPacketAgeMs;
      if (age === null || age >= silentMs) return void end();
      if (call.phase !== 'ended') note(env, call, 'restored', 'webrtc');
    }, end);
  });
}

function withCall(env: CallEnvironment, bridgeId: string, act: (call: LiveCall) => void): void {
  const call = isId('call', bridgeId) ? env.calls.get(bridgeId as CallId) : undefined;
  if (call) act(call);
}

function note(
  env: CallEnvironment,
  call: LiveCall,
  state: NodeEventData<'call.media'>['state'],
  side: NodeEventData<'call.media'>['side'],
): void {
  env.recorder.record('call.media', aboutOf(call), { state, side });
}
