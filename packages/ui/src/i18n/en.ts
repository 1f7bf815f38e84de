import type { uiDe } from './de.ts';
import type { SameKeys } from './i18n.ts';

/** Texts of the shared components, English. */
export const uiEn: SameKeys<typeof uiDe> = {
  presence: {
    available: 'Available',
    on_the_phone: 'On the phone',
    busy: 'Busy',
    away: 'Away',
    do_not_disturb: 'Do not disturb',
    offline: 'Offline',
    since: {
      available: 'Available',
      on_the_phone: 'On the phone since {{time}}',
      busy: 'Busy since {{time}}',
      away: 'Away since {{time}}',
      do_not_disturb: 'Do not disturb',
      offline: 'Offline since {{time}}',
    },
  },
  number: { copy: 'Copy number {{number}}', copied: 'Copied' },
  error: {
    heading: 'That did not work',
    offlineHeading: 'No connection',
    retry: 'Try again',
    trace: 'Trace {{id}}',
    retryAfter_one: 'Please wait {{count}} more second.',
    retryAfter_other: 'Please wait {{count}} more seconds.',
  },
  connection: {
    reconnecting: 'Reconnecting …',
    offline: 'You are offline. Names and calls stay readable.',
    telephony: 'The telephony service cannot be reached right now. We keep trying.',
    retry: 'Connect now',
  },
  dialog: { cancel: 'Cancel', close: 'Close', typeToConfirm: 'Type “{{name}}” to confirm' },
  loading: 'Loading',
};
