/** How a tenant stores private calls (SVC-005). */
export type PrivateCallMode = 'normal' | 'shortened' | 'none';

/** Digits hidden by `shortened`. */
const hiddenDigits = 3;

/**
 * What of the other party is stored for a call (SVC-005). Happens before anything is written; it
 * cannot be undone.
 */
export function storedParty(
  party: { number: string | null; name: string | null },
  isPrivate: boolean,
  mode: PrivateCallMode,
): { number: string | null; name: string | null } {
  if (!isPrivate || mode === 'normal') return party;
  if (mode === 'none' || party.number === null) return { number: null, name: null };
  return { number: `${party.number.slice(0, -hiddenDigits)}XXX`, name: null };
}
