/** The seed every run takes; with it the walks are known to use every rule. */
export const STANDING_SEED = 20_261_123;

/**
 * Seed of the random walks: the same on every run, so that the coverage they assert does not depend on
 * luck; `WALK_SEED` takes another one.
 */
export function walkSeed(): number {
  const { process } = globalThis as { process?: { env: { WALK_SEED?: string } } };
  const given = Number(process?.env.WALK_SEED);
  return Number.isSafeInteger(given) && given !== 0 ? given : STANDING_SEED;
}
