import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';

/** Fields of a line group a person sets, with what a new one begins with. */
export const newGroup = {
  name: '',
  registrarHost: '',
  registrarPort: 5060,
  domain: '' as string | null,
  locationId: '' as string,
  expiresSeconds: 300,
  registerDelayMs: 50,
  journal: true,
  notSignedInResponse: 486 as LineGroup['notSignedInResponse'],
  rejectResponse: 'client' as LineGroup['rejectResponse'],
  hideRejectButton: false,
};
export type GroupValues = typeof newGroup;

/** What the API takes: an empty domain is null. */
export function groupBody(values: Partial<GroupValues>): Record<string, unknown> {
  const { domain, ...rest } = values;
  return { ...rest, ...(domain === undefined ? {} : { domain: domain || null }) };
}

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
