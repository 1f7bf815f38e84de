import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import type { User } from '@trunkline/contracts/users.ts';
import type { ConnectionValues } from '../settings/pbx-fields.tsx';
import { settingsBody } from '../settings/settings.ts';
import { isGeneral } from '../settings/template-name.ts';
import { type Step, steps } from './step-names.ts';

/** What a person has entered so far; without passwords, as it is kept on the device. */
export interface WizardValues extends ConnectionValues {
  /** `id@version` of the template. */
  template: string | null;
  name: string;
  locationId: string;
  userNames: string;
  authUserName: string;
}

/** A wizard as it is remembered: it can be left and taken up again. */
export interface WizardState {
  readonly step: Step;
  readonly values: WizardValues;
  /** The group, once it was created. */
  readonly groupId: string | null;
}

/** Where a person's wizard is kept on this device. */
export const storageKey = (userId: string) => `trunkline.wizard.${userId}`;

export const newWizard: WizardValues = {
  template: null,
  name: '',
  locationId: '',
  kind: 'registration',
  registrarHost: '',
  registrarPort: 5060,
  transport: 'udp',
  domain: '',
  proxyHost: '',
  proxyPort: '',
  tlsVerify: 'platform',
  trustedCa: '',
  peerAddresses: [],
  userNames: '',
  authUserName: '',
};

/** A group is best called after its PBX; a general type gives no name. */
const nameOf = (template: PbxTemplate) => (isGeneral(template) ? '' : template.name);

/** What choosing a PBX type sets: its presets, and its name where none was given. */
export function chosen(
  values: WizardValues,
  template: PbxTemplate,
  before: PbxTemplate | null,
): WizardValues {
  const { kind, transport, port } = template.presets;
  const ownName = values.name !== '' && values.name !== (before ? nameOf(before) : '');
  return {
    ...values,
    template: `${template.id}@${template.version}`,
    name: ownName ? values.name : nameOf(template),
    kind,
    transport,
    registrarPort: port,
  };
}

/** The body that creates or changes the group; the template's presets fill in the rest. */
export function groupBodyOf(values: WizardValues): Record<string, unknown> {
  const { userNames: _names, authUserName: _auth, ...group } = values;
  return settingsBody(group as Parameters<typeof settingsBody>[0]);
}

/** The step a field belongs to, so that an error is shown where it can be mended. */
export function stepOf(field: string): Step {
  if (field === 'template') return 'type';
  if (field === 'name' || field === 'locationId') return 'location';
  return 'connection';
}

/** Reads what was remembered; anything else begins anew. */
export function readWizard(stored: unknown): WizardState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { step, values, groupId } = stored as Partial<WizardState>;
  const known = steps.find((each) => each === step);
  if (!known || typeof values !== 'object' || values === null) return null;
  const complete = Object.entries(newWizard).every(([field, example]) => {
    const value = (values as unknown as Record<string, unknown>)[field];
    if (field === 'template') return value === null || typeof value === 'string';
    return Array.isArray(example) ? Array.isArray(value) : typeof value === typeof example;
  });
  if (!complete) return null;
  return { step: known, values, groupId: typeof groupId === 'string' ? groupId : null };
}

const binding = ['business', 'phone1', 'phone2'] as const;

/**
 * The numbers of a user with a line's number in the first free slot that binds lines (LIN-005);
 * null when all are taken.
 */
export function phonesWithLine(
  user: Pick<User, 'phones'>,
  number: string,
): { slot: User['phones'][number]['slot']; number: string }[] | null {
  const now = user.phones.map(({ slot, number: text }) => ({ slot, number: text }));
  if (user.phones.some((phone) => phone.number === number)) return now;
  const slot = binding.find((each) => !user.phones.some((phone) => phone.slot === each));
  return slot === undefined ? null : [...now, { slot, number }];
}
