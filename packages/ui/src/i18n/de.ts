/** Texts of the shared components, German. */
export const uiDe = {
  presence: {
    available: 'Verfügbar',
    on_the_phone: 'Am Telefon',
    busy: 'Beschäftigt',
    away: 'Abwesend',
    do_not_disturb: 'Bitte nicht stören',
    offline: 'Offline',
    since: {
      available: 'Verfügbar',
      on_the_phone: 'Am Telefon seit {{time}}',
      busy: 'Beschäftigt seit {{time}}',
      away: 'Abwesend seit {{time}}',
      do_not_disturb: 'Bitte nicht stören',
      offline: 'Offline seit {{time}}',
    },
  },
  number: { copy: 'Nummer {{number}} kopieren', copied: 'Kopiert' },
  error: {
    heading: 'Das hat nicht geklappt',
    offlineHeading: 'Keine Verbindung',
    retry: 'Erneut versuchen',
    trace: 'Vorgangsnummer {{id}}',
    retryAfter_one: 'Bitte warten Sie noch {{count}} Sekunde.',
    retryAfter_other: 'Bitte warten Sie noch {{count}} Sekunden.',
  },
  connection: {
    reconnecting: 'Verbindung wird wiederhergestellt …',
    offline: 'Sie sind offline. Namen und Anrufliste bleiben lesbar.',
    telephony: 'Der Telefondienst ist gerade nicht erreichbar. Wir versuchen es weiter.',
    retry: 'Jetzt verbinden',
  },
  dialog: {
    cancel: 'Abbrechen',
    close: 'Schließen',
    typeToConfirm: 'Zum Bestätigen „{{name}}“ eingeben',
  },
  loading: 'Wird geladen',
};
