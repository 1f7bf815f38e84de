/** A demo account as a server on the own machine offers it. */
export interface DemoAccount {
  identity: string;
  password: string;
  displayName: string;
  /** Left out for accounts that do not telephone. */
  extension?: string;
}

/** Those who telephone, or those who administer. */
export type DemoKind = 'accounts' | 'admins';

/** Asks for demo accounts; elsewhere than on loopback there are none. */
export async function fetchDemoAccounts(
  kind: DemoKind,
  signal: AbortSignal,
): Promise<DemoAccount[]> {
  try {
    const answer = await fetch('/v1/demo', { signal, headers: { accept: 'application/json' } });
    if (!answer.ok) return [];
    const list = ((await answer.json()) as Partial<Record<DemoKind, unknown>>)[kind];
    return Array.isArray(list) ? list.filter(isAccount).slice(0, 12) : [];
  } catch {
    // Not reached or not JSON: the form works without.
    return [];
  }
}

function isAccount(value: unknown): value is DemoAccount {
  const fields = (value ?? {}) as Record<string, unknown>;
  return (
    ['identity', 'password', 'displayName'].every((name) => typeof fields[name] === 'string') &&
    ['string', 'undefined'].includes(typeof fields.extension)
  );
}
