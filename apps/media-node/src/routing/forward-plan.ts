import { type DialResult, dial } from '@trunkline/numbers/dial.ts';
import type { LocationConfig } from '../config/tenant-model.ts';
import { tollTarget } from './toll-target.ts';

export type ForwardPlan =
  | {
      ok: true;
      dialled: DialResult;
      /** For the toll-fraud floor; null when it stays inside. */
      tollNumber: string | null;
    }
  | { ok: false };

/**
 * Where a call goes that is forwarded or transferred, by the dial rules of the line's location.
 * Emergency numbers are no target: who dials them must be there to speak.
 */
export function planForward(typed: string, location: LocationConfig): ForwardPlan {
  const dialled = dial({ typed, location, purpose: 'forward' });
  if (!dialled.ok || dialled.emergency !== null) return { ok: false };
  return { ok: true, dialled, tollNumber: tollTarget(dialled, location) };
}
