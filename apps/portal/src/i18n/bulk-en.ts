import type { SameKeys } from '@trunkline/ui/i18n/i18n.ts';
import type { bulkDe } from './bulk-de.ts';

/** Texts for many lines at once, English. */
export const bulkEn: SameKeys<typeof bulkDe> = {
  add: 'Add several',
  export: 'Export',
  exportAll: 'All lines (CSV)',
  exportActive: 'Only lines in use (CSV)',
  range: 'List and ranges',
  rangeHint: 'For example 150;177;200-220. Leading zeros are kept.',
  userNames: 'SIP user names',
  authHint: '<*> stands for each user name. Empty: the same as the user name.',
  passwordHint: 'The same for all. Single ones can be changed later.',
  file: 'CSV file',
  fileHint:
    'Per row: user name, name for authentication, password, number. No header; what is missing stays empty.',
  choose: 'Choose a file',
  limit: 'At most {{max}} rows and 1 MB.',
  paste: 'Or paste here',
  pasteHint: 'Separated by commas.',
  import_one: 'Import {{count}} row',
  import_other: 'Import {{count}} rows',
  importNone: 'Import',
  tooMany: 'At most {{max}} rows at a time.',
  progress: 'Progress',
  done: '{{done}} of {{all}} rows',
  onlyAdds:
    'Lines are only added: user names that exist are skipped; nothing is changed or deleted.',
  report: 'Result row by row',
  summary: '{{added}} added, {{skipped}} skipped, {{failed}} not possible',
  row: 'Row {{row}}',
  taken: 'The number is taken already.',
  finished: 'Done; the result is below.',
  outcome: { added: 'added', skipped: 'was there already', failed: 'not possible' },
};
