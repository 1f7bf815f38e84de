import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';

type Presets = PbxTemplate['presets'];

/** Where a template says nothing else (open points 2, 3, 11 and 13 of the line catalogue). */
const common: Presets = {
  kind: 'registration',
  transport: 'udp',
  port: 5060,
  expiresSeconds: 600,
  registerDelayMs: 50,
  natRefreshSeconds: 0,
  optionsSeconds: 60,
  pbxCodecs: ['PCMA', 'PCMU'],
  clientCodecs: ['opus', 'PCMA', 'PCMU'],
  dtmf: 'rfc4733',
  forwardMethod: 'new_call',
  transferMethod: 'join',
  calledNumberFrom: 'request_uri',
  sessionTimerSeconds: 1800,
  functions: {},
};

const untested = {
  de: 'Die Vorgaben folgen den Unterlagen des Herstellers; mit diesem Gerät wurden sie nicht geprüft.',
  en: "The presets follow the vendor's documents; they were not tested with this device.",
};
const licences = {
  de: 'Prüfen Sie, ob die Anlage je angemeldetem SIP-Gerät eine eigene Lizenz braucht.',
  en: 'Check whether the telephone system needs a licence of its own per registered SIP device.',
};
const hintsOf = (...list: readonly { de: string; en: string }[]): PbxTemplate['hints'] => ({
  de: list.map((hint) => hint.de),
  en: list.map((hint) => hint.en),
});
const ourAddress = {
  de: 'Tragen Sie an der Anlage unsere Signalisierungsadresse als Gegenstelle ein.',
  en: 'Enter our signalling address as the peer at the telephone system.',
};

/**
 * Known telephone systems as data (LIN-003). A template never changes once it was published: what
 * is mended gets the next version, as groups name the version they were made from.
 */
export const pbxTemplates: readonly PbxTemplate[] = [
  {
    id: 'generic-registrar',
    version: 1,
    name: 'SIP registrar',
    vendor: 'Generic',
    presets: common,
    visibleFields: ['domain', 'proxy', 'natRefresh', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(licences),
  },
  {
    id: 'generic-trunk-registered',
    version: 1,
    name: 'SIP trunk with registration',
    vendor: 'Generic',
    presets: { ...common, kind: 'trunk_registered', natRefreshSeconds: 30 },
    visibleFields: ['domain', 'proxy', 'natRefresh', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf({
      de: 'Eine Rufnummer meldet den ganzen Rufnummernblock an; legen Sie die übrigen als Leitungen an.',
      en: 'One number registers the whole range; add the others as lines.',
    }),
  },
  {
    id: 'generic-trunk-static',
    version: 1,
    name: 'SIP trunk with fixed IP address',
    vendor: 'Generic',
    presets: { ...common, kind: 'trunk_static' },
    visibleFields: ['proxy', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(ourAddress, {
      de: 'Anrufe werden nur von den eingetragenen Adressen der Anlage angenommen.',
      en: 'Calls are taken only from the addresses entered for the telephone system.',
    }),
  },
  {
    id: 'asterisk-pjsip',
    version: 1,
    name: 'Asterisk / FreePBX (PJSIP)',
    vendor: 'Sangoma',
    presets: {
      ...common,
      pbxCodecs: ['G722', 'PCMA', 'PCMU'],
      forwardMethod: 'redirect_302',
      expiresSeconds: 300,
    },
    visibleFields: ['domain', 'proxy', 'natRefresh', 'number'],
    capabilities: { supports302: true, g722Tested: false },
    hints: hintsOf(
      {
        de: 'Legen Sie je Leitung einen PJSIP-Endpunkt mit eigenem Kennwort an und erlauben Sie G.722 (allow=g722,alaw).',
        en: 'Make one PJSIP endpoint with its own password per line and allow G.722 (allow=g722,alaw).',
      },
      {
        de: 'Lassen Sie redirect_method auf „user“, sonst laufen Weiterleitungen am Wählplan vorbei.',
        en: 'Leave redirect_method at “user”, or forwarded calls pass by the dial plan.',
      },
      untested,
    ),
  },
  {
    id: 'freeswitch',
    version: 1,
    name: 'FreeSWITCH / FusionPBX',
    vendor: 'SignalWire',
    presets: { ...common, pbxCodecs: ['G722', 'PCMA', 'PCMU'], expiresSeconds: 300 },
    visibleFields: ['domain', 'proxy', 'natRefresh', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(
      {
        de: 'Die Domäne muss die des Verzeichnisses sein, in dem die Nebenstellen angelegt sind.',
        en: 'The domain must be that of the directory the extensions are in.',
      },
      untested,
    ),
  },
  {
    id: 'avm-fritzbox',
    version: 1,
    name: 'FRITZ!Box',
    vendor: 'FRITZ! (AVM)',
    presets: {
      ...common,
      pbxCodecs: ['G722', 'PCMA', 'PCMU'],
      expiresSeconds: 300,
      registerDelayMs: 250,
    },
    visibleFields: ['natRefresh', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(
      {
        de: 'Richten Sie je Leitung ein „IP-Telefon“ mit Benutzername und Kennwort ein. Die FRITZ!Box nimmt Anmeldungen nur aus dem Heimnetz oder mit ausdrücklicher Erlaubnis aus dem Internet an.',
        en: 'Set up an “IP telephone” with user name and password per line. The FRITZ!Box takes registrations from its home network only, or from the Internet if allowed explicitly.',
      },
      {
        de: 'Die Zahl der IP-Telefone ist begrenzt.',
        en: 'The number of IP telephones is limited.',
      },
      untested,
    ),
  },
  {
    id: 'cisco-cucm-trunk',
    version: 1,
    name: 'Unified Communications Manager (SIP trunk)',
    vendor: 'Cisco',
    presets: {
      ...common,
      kind: 'trunk_static',
      transport: 'tcp',
      pbxCodecs: ['G722', 'PCMA', 'PCMU'],
      dtmf: 'rfc4733',
    },
    visibleFields: ['proxy', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(
      ourAddress,
      {
        de: 'Tragen Sie alle Knoten der Call-Manager-Gruppe als Adressen der Anlage ein.',
        en: 'Enter every node of the Call Manager group as an address of the telephone system.',
      },
      {
        de: 'Schalten Sie „OPTIONS Ping“ im SIP-Profil ein und verlangen Sie keinen MTP.',
        en: 'Switch “OPTIONS Ping” on in the SIP profile and require no MTP.',
      },
      untested,
    ),
  },
  {
    id: 'unify-openscape-business',
    version: 1,
    name: 'OpenScape Business',
    vendor: 'Unify (Mitel)',
    presets: { ...common, pbxCodecs: ['G722', 'PCMA', 'PCMU'], expiresSeconds: 600 },
    visibleFields: ['natRefresh', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(
      {
        de: 'Legen Sie je Leitung eine SIP-Nebenstelle mit eingeschalteter Authentifizierung an.',
        en: 'Make one SIP station with authentication switched on per line.',
      },
      licences,
      untested,
    ),
  },
  {
    id: 'audiocodes-mediant',
    version: 1,
    name: 'Mediant SBC',
    vendor: 'AudioCodes',
    presets: { ...common, kind: 'trunk_static', transport: 'tls', port: 5061 },
    visibleFields: ['proxy', 'number', 'forwardMethod'],
    capabilities: { supports302: false, g722Tested: false },
    hints: hintsOf(
      ourAddress,
      {
        de: 'Mit TLS wird auch die Sprache verschlüsselt (SRTP): Erlauben Sie im IP-Profil „Media Security Mode“ SRTP.',
        en: 'With TLS, audio is encrypted too (SRTP): allow SRTP by “Media Security Mode” in the IP profile.',
      },
      {
        de: 'Hinterlegen Sie die Zertifizierungsstelle unseres Zertifikats im TLS-Kontext.',
        en: "Add the authority of our certificate to the SBC's TLS context.",
      },
      untested,
    ),
  },
];

/** A template's name in a group: `id@version`. */
export const templateRef = ({ id, version }: Pick<PbxTemplate, 'id' | 'version'>): string =>
  `${id}@${version}`;

/**
 * Finds a template by `id@version`, or the newest one of an id alone.
 * @returns undefined when there is none
 */
export function findTemplate(ref: string): PbxTemplate | undefined {
  const [id, version] = ref.split('@');
  const versions = pbxTemplates.filter((template) => template.id === id);
  return version === undefined
    ? versions.toSorted((a, b) => b.version - a.version)[0]
    : versions.find((template) => String(template.version) === version);
}
