import type { CallEnvironment } from './environment.ts';
import { sendByInfo } from './legs.ts';
import { aboutOf } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { sendKeys } from './media.ts';

/**
 * Sends keys to the PBX the way its group takes them (VOX-120): as events, by SIP INFO, or as tones.
 * Resolves after the last.
 * @throws MediaEngineError, LegRefused
 */
export async function sendDigits(
  env: CallEnvironment,
  call: LiveCall,
  digits: string,
): Promise<void> {
  const leg = call.near;
  const media = leg?.media;
  if (!leg || !media) return;
  env.recorder.record('call.dtmf', aboutOf(call), { from: 'local', digits: digits.length });
  if (media.policy.dtmf === 'info') return sendByInfo(leg, digits);
  await sendKeys(env, {
    bridgeId: media.bridgeId,
    side: media.side,
    digits,
    mode: media.policy.dtmf,
  });
}
