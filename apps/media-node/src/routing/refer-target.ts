import { emergencyNumber } from '@trunkline/numbers/emergency.ts';
import type { LocationConfig } from '../config/tenant-model.ts';
import { tollTarget } from './toll-target.ts';

export type ReferPlan =
  | {
      ok: true;
      /** For the toll-fraud floor; null when it stays inside. */
      tollNumber: string | null;
    }
  | { ok: false; why: string };

/**
 * What is to be known of the number a PBX sends one of our calls to. It goes out as the PBX gave it;
 * emergency numbers are no target, as with every transfer.
 */
export function planRefer(user: string, location: LocationConfig): ReferPlan {
  if (user === '') return { ok: false, why: 'no number to call' };
  if (emergencyNumber(user, location) !== null) return { ok: false, why: 'emergency number' };
  const dialled = { class: 'raw', digits: user, number: user } as const;
  const tollNumber = tollTarget(
    { ok: true, ...dialled, emergency: null, lettersDropped: false, trace: [] },
    location,
  );
  return { ok: true, tollNumber };
}
