/** Whether digits hold a code of the PBX: it acts on them instead of calling somebody (O12). */
export function isPbxCode(digits: string): boolean {
  return /[*#]/.test(digits);
}

/**
 * Whether a call may be sent to these digits: a code as a target would let whoever calls reprogram the
 * PBX, in the name of a line or of the caller.
 * @param digits as they go to the PBX
 * @param codes feature codes set up for the line (LIN-027), which an admin has thus allowed
 */
export function mayBeTarget(digits: string, codes: readonly string[]): boolean {
  return !isPbxCode(digits) || codes.includes(digits);
}
