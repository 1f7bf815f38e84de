/** Days a session lives without being used. */
export const sessionDays = 30;
/** The previous refresh token still answers for this long: two tabs may refresh at once. */
export const rotationGraceMs = 30_000;

export function sessionEnd(now: Date): Date {
  return new Date(now.getTime() + sessionDays * 24 * 3600 * 1000);
}
