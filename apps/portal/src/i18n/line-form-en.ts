import type { SameKeys } from '@trunkline/ui/i18n/i18n.ts';
import type { lineFormDe } from './line-form-de.ts';

/** Texts of a line's own settings: calls, forwarding, deletion; English. */
export const lineFormEn: SameKeys<typeof lineFormDe> = {
  sectionLine: 'Line',
  numberAutomatic: 'Follows the SIP user name.',
  ownLocation: 'Site of its own',
  asGroup: 'As the group',
  trunkLine: 'Exchange line',
  trunkLineHint: 'Counted apart, and never bound to a person by its number.',
  sectionAssign: 'Assigned to',
  assignHint: "The line's number becomes one of the person's. Take it away at the person.",
  sectionCalls: "In the person's place",
  callsHint: 'The same the person sets in the client.',
  doNotDisturb: 'Do not disturb',
  doNotDisturbHint: 'Calls do not ring; they get the answer of the line group.',
  always: 'Always forward to',
  busy: 'When busy, forward to',
  noAnswer: 'Without answer, forward to',
  noAnswerSeconds: 'after seconds',
  signedOut: 'When signed out, forward to',
  targetHint: 'A number as dialled on the phone. Empty: off.',
  sectionList: 'Forwarding list',
  listHint:
    'For calls nobody takes: one target after the other. The list of the line that rang first counts.',
  target: 'Target',
  targetAt: 'Target {{place}}',
  secondsAt: 'Seconds at target {{place}}',
  seconds: 'Seconds',
  addTarget: 'Add a target',
  emptyTarget: 'Please fill in or remove each target.',
  secondsRange: '5 to 120 seconds.',
  codeRange: 'Each row needs a name and digits (0–9, * and # only).',
  deleteHeading: 'Delete line {{line}}',
  deleteBody: 'Nobody can make calls over this line any more. Assigned people keep their journal.',
  delete: 'Delete line',
  failed: "The person's settings could not be loaded.",
};
