import { callFunctions, type FunctionSwitches } from '@trunkline/contracts/call-functions.ts';
import type { ConfigWarning, LineGroup } from '@trunkline/contracts/lines.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';

/** Fields of a line group whose null is an empty text in a form. */
const optionalTexts = ['domain', 'proxyHost', 'trustedCa', 'pickupCode'] as const;
type OptionalText = (typeof optionalTexts)[number];

/** What the sections of a group's settings change, as their fields hold it. */
export type GroupSettings = Pick<
  LineGroup,
  | 'name'
  | 'registrarHost'
  | 'registrarPort'
  | 'transport'
  | 'kind'
  | 'tlsVerify'
  | 'peerAddresses'
  | 'natRefreshSeconds'
  | 'optionsSeconds'
  | 'sessionTimerSeconds'
  | 'calledNumberFrom'
  | 'srtp'
  | 'pbxCodecs'
  | 'clientCodecs'
  | 'dtmf'
  | 'forwardMethod'
  | 'transferMethod'
  | 'mailboxWhenSignedOut'
  | 'functions'
  | 'featureCodes'
  | 'pickupInServer'
  | 'expiresSeconds'
  | 'registerDelayMs'
  | 'locationId'
  | 'locationMode'
  | 'numbersAutomatic'
  | 'journal'
  | 'notSignedInResponse'
  | 'rejectResponse'
  | 'hideRejectButton'
> &
  Record<OptionalText, string> & { proxyPort: string };

/** Switches in the order of the contracts; `template` needs no entry. */
export function tidySwitches(switches: FunctionSwitches): FunctionSwitches {
  return Object.fromEntries(
    callFunctions.flatMap((name) => {
      const state = switches[name];
      return state === undefined || state === 'template' ? [] : [[name, state]];
    }),
  ) as FunctionSwitches;
}

export function settingsOf(group: LineGroup): GroupSettings {
  const {
    id: _id,
    template: _template,
    registerLineId: _mark,
    warnings: _warnings,
    createdAt: _created,
    updatedAt: _updated,
    version: _version,
    ...rest
  } = group;
  return {
    ...rest,
    domain: group.domain ?? '',
    proxyHost: group.proxyHost ?? '',
    proxyPort: group.proxyPort === null ? '' : String(group.proxyPort),
    trustedCa: group.trustedCa ?? '',
    pickupCode: group.pickupCode ?? '',
    functions: tidySwitches(group.functions),
  };
}

/** What the API takes: empty texts are null, the proxy's port is a number. */
export function settingsBody(values: Partial<GroupSettings>): Record<string, unknown> {
  const body: Record<string, unknown> = { ...values };
  for (const field of optionalTexts)
    if (values[field] !== undefined) body[field] = values[field].trim() || null;
  if (values.proxyPort !== undefined)
    body.proxyPort = values.proxyPort.trim() === '' ? null : Number(values.proxyPort);
  return body;
}

/** Where the telephone system of a transport usually listens (RFC 3261 §19.1.2). */
export function usualPort(transport: LineGroup['transport']): number {
  return transport === 'tls' ? 5061 : 5060;
}

/** The fields the API's warnings stand at, each with its code. */
export function warningsByField(
  warnings: readonly ConfigWarning[],
): Partial<Record<string, ConfigWarning['code']>> {
  return Object.fromEntries(
    warnings.map(({ code, pointer }) => [pointer.split('/')[1] ?? '', code]),
  );
}

/** The template a group was made from, by `id@version`. */
export function templateOf(
  group: Pick<LineGroup, 'template'>,
  templates: readonly PbxTemplate[],
): PbxTemplate | null {
  return templates.find(({ id, version }) => `${id}@${version}` === group.template) ?? null;
}

/** The forwarding methods to choose from; none when the PBX takes a 302 (LIN-067). */
export function forwardMethodsFor(
  template: PbxTemplate | null,
  current: LineGroup['forwardMethod'],
): LineGroup['forwardMethod'][] {
  if (template === null) return ['redirect_302', 'new_call', 'answer_transfer'];
  if (template.capabilities.supports302 && current === 'redirect_302') return [];
  const known: LineGroup['forwardMethod'][] = template.capabilities.supports302
    ? ['redirect_302', 'new_call', 'answer_transfer']
    : ['new_call', 'answer_transfer'];
  return known.includes(current) ? known : [current, ...known];
}
