import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';

export const unavailableCodes = ['486', '480', '603', '180'] as const;

/** A choice of the forms back to the API's value: a code as number, `client` as it is. */
export function readResponse(text: string): number | 'client' {
  return text === 'client' ? 'client' : Number(text);
}

/** A group with its lines as a tenant file says it; passwords stay secret. */
export function groupFile(
  group: LineGroup,
  location: string,
  lines: readonly Line[],
): Record<string, unknown> {
  const { name, registrarHost, registrarPort, domain, expiresSeconds } = group;
  return {
    name,
    location,
    registrarHost,
    registrarPort,
    domain: domain ?? undefined,
    expiresSeconds,
    lines: lines.map((line) => ({
      userName: line.userName,
      number: line.number,
      suffix: line.suffix || undefined,
    })),
  };
}
