import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { type CallId, type DeviceId, isId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { LegQuality } from '@trunkline/contracts/media.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { sendByInfo } from './legs.ts';
import { aboutOf } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { callOfBridge } from './media.ts';
import { watchSilence } from './silence.ts';

const clientLost: CallEnd = {
  by: 'system',
  cause: 'client_lost',
  sipCode: null,
  text: 'the browser is gone',
};

const unknownQuality: LegQuality = {
  codec: null,
  encrypted: false,
  lossPercent: 0,
  jitterMs: 0,
  roundTripMs: null,
  mos: null,
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
        // A PBX may send nothing while it holds; a browser always sends.
        if (side === 'webrtc') {
          note(env, call, 'silent', side);
          startGrace(env, call, silentMs);
        } else if (isPlaceOf(call, bridgeId, side)) {
          note(env, call, 'silent', side);
          watchSilence(env, call, side, silentMs);
        }
      }),
    ),
    engine.on('rtp-started', ({ bridgeId, side, source }) =>
      withCall(env, bridgeId, (call) => {
        if (isPlaceOf(call, bridgeId, side)) note(env, call, 'connected', side, source.address);
      }),
    ),
    engine.on('quality', ({ bridgeId, side, ...figures }) =>
      withCall(env, bridgeId, (call) => {
        if (call.quality.note(side, figures))
          env.recorder.record('call.quality', aboutOf(call), {
            side,
            final: false,
            quality: call.quality.lastOf(side) ?? unknownQuality,
          });
        if (call.quality.isToShow(side) && call.userId)
          env.edge.quality(call.tenantId, call.userId, call.id, call.quality.shown);
      }),
    ),
    engine.on('dtmf', ({ bridgeId, side }) =>
      withCall(env, bridgeId, (call) =>
        env.recorder.record('call.dtmf', aboutOf(call), {
          from: side === 'webrtc' ? 'local' : 'remote',
          digits: 1,
        }),
      ),
    ),
    // Keys of the browser's own events, where the PBX takes them by SIP INFO alone (VOX-120).
    engine.on('dtmf', ({ bridgeId, side, digit }) =>
      withCall(env, bridgeId, (call) => {
        if (side !== 'webrtc' || call.near?.media?.policy.dtmf !== 'info') return;
        sendByInfo(call.near, digit).catch((error: unknown) => {
          env.logger.warn({ call: call.id, err: error }, 'key could not be sent by INFO');
        });
      }),
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
  const id = callOfBridge(bridgeId);
  const call = isId('call', id) ? env.calls.get(id as CallId) : undefined;
  if (call) act(call);
}

/** A leg's audio may have moved to another bridge: the old one has nothing more to say of it. */
function isPlaceOf(call: LiveCall, bridgeId: string, side: 'rtp' | 'far'): boolean {
  const leg = side === 'far' ? call.far : call.near;
  return leg?.media?.bridgeId === bridgeId;
}

function note(
  env: CallEnvironment,
  call: LiveCall,
  state: NodeEventData<'call.media'>['state'],
  side: NodeEventData<'call.media'>['side'],
  address: string | null = null,
): void {
  const last = call.quality.lastOf(side);
  env.recorder.record('call.media', aboutOf(call), {
    state,
    side,
    codec: last?.codec ?? null,
    encrypted: side === 'webrtc' ? true : (last?.encrypted ?? null),
    address,
  });
}
