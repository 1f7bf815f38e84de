import { emergencyNumber } from '@trunkline/numbers/emergency.ts';
import { mayBeTarget } from '@trunkline/numbers/pbx-code.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { codesOf } from './forward-plan.ts';
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
 * emergency numbers and codes are no target, as with every transfer. (With letters it is a name.)
 */
export function planRefer(user: string, { location, group }: LineEntry): ReferPlan {
  if (user === '') return { ok: false, why: 'no number to call' };
  if (emergencyNumber(user, location) !== null) return { ok: false, why: 'emergency number' };
  if (!/\p{L}/u.test(user) && !mayBeTarget(user, codesOf(group)))
    return { ok: false, why: 'a code of the telephone system' };
  const dialled = { class: 'raw', digits: user, number: user } as const;
  const tollNumber = tollTarget(
    { ok: true, ...dialled, emergency: null, lettersDropped: false, trace: [] },
    location,
  );
  return { ok: true, tollNumber };
}
