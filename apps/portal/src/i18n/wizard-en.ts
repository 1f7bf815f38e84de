import type { SameKeys } from '@trunkline/ui/i18n/i18n.ts';
import type { wizardDe } from './wizard-de.ts';

/** Texts of the wizard that connects a telephone system, English. */
export const wizardEn: SameKeys<typeof wizardDe> = {
  heading: 'Connect a telephone system',
  purpose: 'Five steps from the telephone system to a registered line.',
  later: 'Continue later',
  resume: 'Continue the set-up',
  resumeBody: 'You began “{{name}}” and have not finished it.',
  discard: 'Discard',
  steps: 'Steps',
  done: 'done',
  step: {
    type: 'System',
    connection: 'Connection',
    location: 'Site',
    lines: 'Lines',
    test: 'Test',
  },
  title: {
    type: 'Which telephone system do you have?',
    connection: 'How can it be reached?',
    location: 'Which site does it belong to?',
    lines: 'Which lines first?',
    test: 'Are the lines up?',
  },
  general: 'Any other system',
  next: 'Next',
  createGroup: 'Create the line group and go on',
  noLocation: 'There is no site yet. Add one first; what you entered here stays.',
  linesHint: {
    registration: 'One SIP account of the telephone system per line.',
    trunk_registered: 'The first number registers the whole range; the others run over it.',
    trunk_static: 'The numbers of the range. One of them keeps checking the connection.',
  },
  createLines: 'Create the lines and test',
  linesThere_one: 'Go on with {{count}} line that is there',
  linesThere_other: 'Go on with {{count}} lines that are there',
  verdict: {
    good: 'All is well: people can make calls.',
    bad: 'Not all lines get through.',
    none: 'The lines are being connected …',
  },
  again: 'Check the connection',
  assign: 'Assign',
  assignTo: 'Assign line {{line}} to',
  choosePerson: 'Choose a person',
  finish: 'Finish',
};
