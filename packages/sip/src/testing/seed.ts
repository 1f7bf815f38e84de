/**
 * Seed of the random walks: the same on every run, so that the coverage they assert does not depend on
 * luck; `WALK_SEED` takes another one, as `npm run soak` does.
 */
export function walkSeed(): number {
  const { process } = globalThis as { process?: { env: { WALK_SEED?: string } } };
  const given = Number(process?.env.WALK_SEED);
  return Number.isSafeInteger(given) && given !== 0 ? given : 20_261_123;
}
