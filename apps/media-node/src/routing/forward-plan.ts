import { type DialResult, dial } from '@trunkline/numbers/dial.ts';
import { mayBeTarget } from '@trunkline/numbers/pbx-code.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { tollTarget } from './toll-target.ts';

export type ForwardPlan =
  | {
      ok: true;
      dialled: DialResult;
      /** For the toll-fraud floor; null when it stays inside. */
      tollNumber: string | null;
    }
  | { ok: false; code: 'number_invalid' | 'target_is_code' };

/**
 * Where a call goes that is forwarded or transferred, by the dial rules of the line's location.
 * Emergency numbers are no target: who dials them must be there to speak. Nor are codes of the PBX,
 * but for the feature codes of the line's group.
 */
export function planForward(typed: string, { location, group }: LineEntry): ForwardPlan {
  const dialled = dial({ typed, location, purpose: 'forward' });
  if (!dialled.ok || dialled.emergency !== null) return { ok: false, code: 'number_invalid' };
  if (!mayBeTarget(dialled.digits, codesOf(group))) return { ok: false, code: 'target_is_code' };
  return { ok: true, dialled, tollNumber: tollTarget(dialled, location) };
}

/** Feature codes of a group (LIN-027). */
export function codesOf({ featureCodes }: LineEntry['group']): string[] {
  return featureCodes.map(({ code }) => code);
}
