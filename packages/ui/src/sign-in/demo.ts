/** A demo account as a server on the own machine offers it. */
export interface DemoAccount {
  identity: string;
  password: string;
  displayName: string;
  extension: string;
}

/** Asks for demo accounts; elsewhere than on loopback there are none. */
export async function fetchDemoAccounts(signal: AbortSignal): Promise<DemoAccount[]> {
  try {
    const answer = await fetch('/v1/demo', { signal, headers: { accept: 'application/json' } });
    if (!answer.ok) return [];
    const { accounts } = (await answer.json()) as { accounts?: unknown };
    return Array.isArray(accounts) ? accounts.filter(isAccount).slice(0, 12) : [];
  } catch {
    // Not reached or not JSON: the form works without.
    return [];
  }
}

function isAccount(value: unknown): value is DemoAccount {
  const fields = (value ?? {}) as Record<string, unknown>;
  return ['identity', 'password', 'displayName', 'extension'].every(
    (name) => typeof fields[name] === 'string',
  );
}
