/**
 * Messages of the API's field errors, which are English, by the key of their translation under
 * `message`. A test takes them from the contracts, so that none gets lost.
 */
const keys = {
  'use letters a–z, digits, dot, hyphen or underscore': 'userName',
  'digits only': 'digits',
  'digits, * and # only': 'accessCode',
  'give both ends of the DDI range': 'bothEnds',
  'both ends need the same length': 'sameLength',
  'must not be below the start': 'belowStart',
  'required for a DDI line': 'base',
  'must not be below the minimum': 'belowMinimum',
  'a host name or IP address': 'host',
  'not a SIP user name': 'sipUser',
  'digits, optionally with +': 'lineNumber',
  'one letter a–z': 'letter',
  'not an IANA time zone': 'zone',
  'each slot may occur once': 'slotOnce',
  'Invalid email address': 'email',
  'no telephone system can have this address': 'peerAddress',
  'an IP address or range (CIDR)': 'peerRange',
  'belongs to the trunk of somebody else': 'peerTaken',
  'digits, *, # and exactly one <NUMBER>': 'pickupCode',
  'each codec once': 'codecOnce',
  'PCMA is always active': 'codecFixed',
  'certificates in PEM format': 'pem',
  'required when certificates are checked by it': 'pemNeeded',
  'not a number that can be dialled': 'notDialable',
  'calls cannot be forwarded to an emergency number': 'emergency',
} as const;

export type MessageKey = (typeof keys)[keyof typeof keys];

/** The key of a known message, else null: then the person is asked to check the field. */
export function messageKey(message: string): MessageKey | null {
  return Object.hasOwn(keys, message) ? keys[message as keyof typeof keys] : null;
}
