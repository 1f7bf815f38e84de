import type { SameKeys } from '@trunkline/ui/i18n/i18n.ts';
import type { capturesDe } from './captures-de.ts';

/** Texts of SIP captures, English. */
export const capturesEn: SameKeys<typeof capturesDe> = {
  start: 'Start a SIP capture',
  startHint:
    'Records the SIP messages of the lines, readable with Wireshark. What people say is not recorded.',
  startButton: 'Start capture',
  scope: 'Lines',
  allLines: 'All lines',
  someLines: 'Chosen lines',
  goneLines: 'Deleted lines',
  chooseLines: 'Please choose at least one line.',
  minutes: 'Duration (minutes)',
  minutesHint: 'At most 120. Then the capture ends by itself.',
  running: 'SIP capture is running',
  runningBody: '{{lines}}, until {{until}}. {{packets}} messages so far, {{size}}.',
  room: 'Room used',
  full: 'The room is used up; nothing more is recorded.',
  fullShort: 'room was used up',
  stop: 'End capture',
  started: 'Started',
  content: 'Content',
  packets_one: '{{count}} message',
  packets_other: '{{count}} messages',
  states: { running: 'Running', stopped: 'Ended' },
  actions: 'Actions',
  download: 'Download',
  downloadName: 'Download the capture of {{time}}',
  delete: 'Delete',
  deleteName: 'Delete the capture of {{time}}',
  deleteHeading: 'Delete the capture?',
  deleteBody: 'The recorded messages are lost. If the capture is still running, it ends.',
  empty: 'No capture yet',
  emptyBody:
    'A capture helps when the telephone system and Trunkline do not understand each other.',
  privacy:
    'A capture shows who calls whom and when. Passwords are masked. Each start and each download is noted in the audit; captures are deleted after {{days}} days.',
};
