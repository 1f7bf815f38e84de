/** A text below `calls.said` and its values; groups of values are words themselves. */
export interface NodeWords {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

type Reading = readonly [pattern: RegExp, key: string];

/**
 * What a media node says in its own words about a decision or an end, by its form. The node speaks
 * English only; its sentences are part of the event, not of a language.
 */
const readings: readonly Reading[] = [
  [/^emergency number$/, 'emergency'],
  [/^line chosen by the user$/, 'chosenLine'],
  [/^own line$/, 'ownLine'],
  [/^called line$/, 'calledLine'],
  [/^feature code$/, 'featureCode'],
  [/^pick-up by the code of the PBX$/, 'pickupCode'],
  [/^the PBX refused encryption with (?<code>\d{3})$/, 'encryptionRefused'],
  [/^answered with (?<code>[3-6]\d\d)$/, 'answeredWith'],
  [/^answered with 180$/, 'keepsRinging'],
  [/^been there, or on do-not-disturb$/, 'skipped'],
  [/^rings (?<seconds>\d+) s$/, 'rings'],
  [/^(?<kind>blind|attended) by (?<method>refer|join)$/, 'transfer'],
  [/^(?<kind>blind|attended), asked by the PBX$/, 'transferAsked'],
  [/^(?<reason>[a-z_]+) by (?<method>redirect_302|new_call|answer_transfer)$/, 'forward'],
  [/^another call of the PBX takes its place$/, 'takesPlace'],
  [/^no user talks in this call$/, 'nobodyTalks'],
  [/^nobody talks over this leg now$/, 'nobodyTalks'],
  [/^an emergency call is not given away$/, 'keepsEmergency'],
  [/^(?<function>attended_transfer|blind_transfer) is off for this line group$/, 'functionOff'],
  [/^the target is no address of a telephone$/, 'noAddress'],
  [/^no number to call$/, 'noAddress'],
  [/^tenant suspended$/, 'suspended'],
  [/^the line is not registered$/, 'lineClosed'],
  [/^not a number that can be dialled$/, 'noNumber'],
  [/^the call is answered or over$/, 'tooLate'],
  [/^loop$/, 'loop'],
  [/^forwarded in a circle$/, 'loop'],
  [/^too_deep$/, 'tooDeep'],
  [
    /^(?:concurrent_calls|call_rate|user_call_rate|country|blocked_prefix|foreign_minutes)$/,
    'limit',
  ],
  [/^foreign minutes of the hour used up$/, 'foreignMinutes'],
  [/^no common (?:media|codec with the PBX)$/, 'noCommonMedia'],
  [/^the PBX offers no encryption, the group requires it$/, 'noEncryption'],
  [/^encryption-required$/, 'noEncryption'],
  [/^no-common-crypto$/, 'noCommonCrypto'],
  [/^the PBX answered without a description of its media$/, 'noMediaAnswer'],
  [/^the browser did not get its media connection up$/, 'browserMedia'],
  [/^no audio of the PBX$/, 'pbxSilent'],
  [/^no ACK of the PBX$/, 'noAck'],
  [/^the PBX does not know the call$/, 'callUnknown'],
  [/^nobody answered in time$/, 'nobodyInTime'],
  [/^the target did not answer$/, 'targetSilent'],
  [/^the target could not be called$/, 'targetFailed'],
  [/^longest duration of a call reached$/, 'tooLong'],
  [/^joined with another call$/, 'joined'],
];

/** Reads the node's words; null for those it does not know, which then stand as they are. */
export function nodeWords(said: string): NodeWords | null {
  for (const [pattern, key] of readings) {
    const found = pattern.exec(said);
    if (found)
      return { key, values: { ...found.groups, ...(key === 'limit' ? { limit: said } : {}) } };
  }
  return null;
}

/** "always: too_deep": the case before the colon, and what stood against it. */
export function caseAndWords(said: string): { reason: string | null; words: string } {
  const [, reason, words] =
    /^(always|busy|no_answer|signed_out|mailbox|list|user): (.+)$/s.exec(said) ?? [];
  return reason !== undefined && words !== undefined
    ? { reason, words }
    : { reason: null, words: said };
}
