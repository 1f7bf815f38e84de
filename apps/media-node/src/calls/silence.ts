import type { CallEnvironment } from './environment.ts';
import { ended } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Ends a call when a PBX leg nobody holds stays silent too long (VOX-119).
 * @param silentMs how long it has been silent already
 */
export function watchSilence(
  env: CallEnvironment,
  call: LiveCall,
  side: 'rtp' | 'far',
  silentMs: number,
): void {
  const timer = side === 'rtp' ? 'silentPbx' : 'silentFar';
  const left = Math.max(0, env.bounds.mediaTimeoutMs - silentMs);
  call.timers.set(timer, left, () => {
    const leg = side === 'rtp' ? call.near : call.far;
    const media = leg?.media;
    if (!media || !['talking', 'joined'].includes(call.phase)) return;
    // Who is held, or holds, may be silent as long as it likes.
    if (media.held || media.remoteHeld || media.holder) return;
    const end = () =>
      call.input('mediaFailed', ended('system', 'media_timeout', 'no audio of the PBX'));
    // The engine tells when silence begins, not when it ends: look before ending.
    env.engine.stats(media.bridgeId).then((stats) => {
      const received = (side === 'rtp' ? stats.rtp : stats.far)?.received;
      const age = received?.lastPacketAgeMs ?? null;
      if (age === null || age >= env.bounds.mediaTimeoutMs) end();
    }, end);
  });
}
