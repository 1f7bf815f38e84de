import type { CallVerdict } from '@trunkline/contracts/call-records.ts';

/** What a SIP status means for an outgoing call, and what can be done about it. */
export interface SipExplanation {
  /** Reason phrase of the RFC, untranslated (LIN-096). */
  readonly phrase: string;
  readonly severity: CallVerdict['severity'];
  readonly de: SipWords;
  readonly en: SipWords;
}
/** Meaning and likely remedy; null where nothing is to be done. */
export type SipWords = readonly [meaning: string, remedy: string | null];

const credentials: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'das Passwort oder der Benutzername der Leitung {line} ist falsch',
    'Tragen Sie bei der Leitung die Zugangsdaten ein, die in der Telefonanlage stehen.',
  ],
  en: [
    'wrong password or user name for line {line}',
    'Enter the credentials at the line that the telephone system has for it.',
  ],
};
const wrongNumber: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'diese Rufnummer gibt es dort nicht',
    'Prüfen Sie die gewählte Nummer und die Wählregeln des Standorts.',
  ],
  en: [
    'there is no such number',
    'Check the number that was dialled and the dial rules of the location.',
  ],
};
const codecs: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'Codec oder Verschlüsselung passen nicht zusammen',
    'Vergleichen Sie Codecs und SRTP der Leitungsgruppe mit den Einstellungen der Telefonanlage.',
  ],
  en: [
    'codec or encryption do not match',
    'Compare codecs and SRTP of the line group with the settings of the telephone system.',
  ],
};
const protocol: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'sie versteht die Anfrage nicht',
    'Prüfen Sie die PBX-Vorlage der Leitungsgruppe und geben Sie diese Aufzeichnung an den Support.',
  ],
  en: [
    'it does not understand the request',
    'Check the PBX template of the line group and hand this recording to support.',
  ],
};
const overload: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'sie ist überlastet oder gestört',
    'Versuchen Sie es später erneut; prüfen Sie freie Amtsleitungen und das Protokoll der Telefonanlage.',
  ],
  en: [
    'it is overloaded or out of order',
    'Try again later; check free exchange lines and the log of the telephone system.',
  ],
};
const forbidden: Pick<SipExplanation, 'de' | 'en'> = {
  de: [
    'falsches Passwort oder keine Berechtigung der Leitung {line} für dieses Ziel',
    'Prüfen Sie Zugangsdaten und Amtsberechtigung der Leitung in der Telefonanlage.',
  ],
  en: [
    'wrong password for line {line}, or the line may not call this destination',
    'Check the credentials and the class of service of the line at the telephone system.',
  ],
};
const busy: Pick<SipExplanation, 'de' | 'en'> = {
  de: ['der Anschluss ist besetzt', null],
  en: ['the destination is busy', null],
};
const declined: Pick<SipExplanation, 'de' | 'en'> = {
  de: ['der Anruf wurde abgelehnt', null],
  en: ['the call was declined', null],
};
const absent: Pick<SipExplanation, 'de' | 'en'> = {
  de: ['am Ziel ist gerade niemand erreichbar', null],
  en: ['nobody can be reached at the destination now', null],
};
const loop: Pick<SipExplanation, 'de' | 'en'> = {
  de: ['der Anruf läuft im Kreis', 'Suchen Sie Weiterleitungen, die aufeinander zeigen.'],
  en: ['the call goes round in circles', 'Look for forwardings that point at each other.'],
};

type Entry = readonly [
  phrase: string,
  severity: CallVerdict['severity'],
  words: Pick<SipExplanation, 'de' | 'en'>,
];

/** The catalogue of LIN-096. */
const catalogue: Readonly<Record<number, Entry>> = {
  400: ['Bad Request', 'error', protocol],
  401: ['Unauthorized', 'error', credentials],
  402: [
    'Payment Required',
    'error',
    {
      de: ['das Guthaben reicht nicht', 'Klären Sie das Konto mit Ihrem Anbieter.'],
      en: ['the credit does not suffice', 'Settle the account with your provider.'],
    },
  ],
  403: ['Forbidden', 'error', forbidden],
  404: ['Not Found', 'notice', wrongNumber],
  405: ['Method Not Allowed', 'error', protocol],
  406: ['Not Acceptable', 'error', codecs],
  407: ['Proxy Authentication Required', 'error', credentials],
  408: [
    'Request Timeout',
    'warning',
    {
      de: [
        'das Ziel hat nicht rechtzeitig geantwortet',
        'Prüfen Sie Adresse, Port und Firewall zwischen uns und der Telefonanlage.',
      ],
      en: [
        'the destination did not answer in time',
        'Check address, port and firewall between us and the telephone system.',
      ],
    },
  ],
  410: ['Gone', 'notice', wrongNumber],
  413: ['Request Entity Too Large', 'error', protocol],
  414: ['Request-URI Too Long', 'error', protocol],
  415: ['Unsupported Media Type', 'error', codecs],
  416: ['Unsupported URI Scheme', 'error', protocol],
  420: ['Bad Extension', 'error', protocol],
  421: ['Extension Required', 'error', protocol],
  423: [
    'Interval Too Brief',
    'error',
    {
      de: [
        'der Abstand der Anmeldungen ist ihr zu kurz',
        'Erhöhen Sie „Erneut anmelden nach“ in der Leitungsgruppe.',
      ],
      en: [
        'the interval of registrations is too short for it',
        'Raise “Register again after” in the line group.',
      ],
    },
  ],
  480: ['Temporarily Unavailable', 'notice', absent],
  481: [
    'Call/Transaction Does Not Exist',
    'warning',
    {
      de: [
        'sie kennt dieses Gespräch nicht mehr',
        'Wurde die Telefonanlage neu gestartet? Prüfen Sie auch Session-Timer und Firewall.',
      ],
      en: [
        'it does not know this call any more',
        'Was the telephone system restarted? Check session timers and firewall too.',
      ],
    },
  ],
  482: ['Loop Detected', 'error', loop],
  483: ['Too Many Hops', 'error', loop],
  484: ['Address Incomplete', 'notice', wrongNumber],
  485: ['Ambiguous', 'notice', wrongNumber],
  486: ['Busy Here', 'notice', busy],
  487: [
    'Request Terminated',
    'ok',
    {
      de: ['der Anrufer hat aufgelegt, bevor jemand abnahm', null],
      en: ['the caller hung up before anybody answered', null],
    },
  ],
  488: ['Not Acceptable Here', 'error', codecs],
  491: [
    'Request Pending',
    'warning',
    {
      de: ['beide Seiten wollten das Gespräch zugleich ändern', null],
      en: ['both sides wanted to change the call at the same time', null],
    },
  ],
  493: ['Undecipherable', 'error', codecs],
  500: ['Server Internal Error', 'error', overload],
  501: ['Not Implemented', 'error', protocol],
  502: ['Bad Gateway', 'error', overload],
  503: ['Service Unavailable', 'error', overload],
  504: ['Server Time-out', 'error', overload],
  505: ['Version Not Supported', 'error', protocol],
  513: ['Message Too Large', 'error', protocol],
  600: ['Busy Everywhere', 'notice', busy],
  603: ['Decline', 'notice', declined],
  604: ['Does Not Exist Anywhere', 'notice', wrongNumber],
  606: ['Not Acceptable', 'error', codecs],
};

/** What other codes of a class mean (RFC 3261 §7.2, §21). */
const classes: Readonly<Record<number, Entry>> = {
  3: [
    '',
    'warning',
    {
      de: ['sie verweist auf ein anderes Ziel', null],
      en: ['it points to another destination', null],
    },
  ],
  4: ['', 'warning', protocol],
  5: ['', 'error', overload],
  6: ['', 'notice', declined],
};

/** Codes of the catalogue, in order. */
export const sipCodes: readonly number[] = Object.keys(catalogue).map(Number);

/**
 * Explains a final SIP status. A code beyond the catalogue is explained by its class, without a
 * phrase: the received one stands for it.
 */
export function explainSip(code: number): SipExplanation {
  const entry = catalogue[code] ?? classes[Math.floor(code / 100)] ?? classes[4];
  const [phrase, severity, words] = entry as Entry;
  return { phrase, severity, ...words };
}
