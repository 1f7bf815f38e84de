import type { CallVerdict } from '@trunkline/contracts/call-records.ts';
import { explainSip } from './sip-explanations.ts';

/** What became of a call, and what can be done about it, in words. */
export interface VerdictWords {
  readonly text: string;
  /** Null where nothing is to be done. */
  readonly remedy: string | null;
}

type Words = readonly [text: string, remedy?: string];
interface Entry {
  readonly de: Words;
  readonly en: Words;
}

const limitRemedy = {
  de: 'War der Anruf gewollt, ändern Sie die Anrufgrenzen des Unternehmens.',
  en: "If the call was meant, change the company's call limits.",
};
const limit = (de: string, en: string): Entry => ({
  de: [`Anrufgrenze: ${de}`, limitRemedy.de],
  en: [`Call limit: ${en}`, limitRemedy.en],
});

/** By verdict code; `{name}` is a parameter. Codes `sip_…` come from sip-explanations.ts. */
const texts: Readonly<Record<string, Entry>> = {
  in_progress: { de: ['Das Gespräch läuft noch.'], en: ['The call is still in progress.'] },
  answered: {
    de: ['Angenommen und normal beendet, Gesprächszeit {duration}.'],
    en: ['Answered and ended normally, talk time {duration}.'],
  },
  unknown: {
    de: ['Der Verlauf ist nicht vollständig aufgezeichnet.'],
    en: ['The course of the call is not recorded completely.'],
  },
  failed: {
    de: [
      'Der Anruf kam nicht zustande.',
      'Der Verlauf zeigt, welcher Schritt zuletzt gelang; geben Sie ihn an den Support.',
    ],
    en: [
      'The call could not be set up.',
      'The timeline shows which step was the last to work; hand it to support.',
    ],
  },
  failed_because: {
    de: [
      'Der Anruf kam nicht zustande: {text}.',
      'Antwortet die Telefonanlage überhaupt? Prüfen Sie Adresse, Port und Transport der Leitungsgruppe.',
    ],
    en: [
      'The call could not be set up: {text}.',
      'Does the telephone system answer at all? Check address, port and transport of the line group.',
    ],
  },
  dropped: {
    de: [
      'Angenommen, aber nicht normal beendet.',
      'Der Verlauf zeigt, wer das Gespräch beendet hat.',
    ],
    en: ['Answered, but not ended normally.', 'The timeline shows who ended the call.'],
  },
  dropped_sip: {
    de: ['Angenommen, dann von der Telefonanlage mit {sipCode} {phrase} beendet.'],
    en: ['Answered, then ended by the telephone system with {sipCode} {phrase}.'],
  },
  cancelled: {
    de: ['Der Anrufer hat aufgelegt, bevor jemand abnahm.'],
    en: ['The caller hung up before anybody answered.'],
  },
  no_answer: { de: ['Niemand hat abgenommen.'], en: ['Nobody answered.'] },
  busy: { de: ['Besetzt.'], en: ['Busy.'] },
  rejected: { de: ['Der Anruf wurde abgelehnt.'], en: ['The call was rejected.'] },
  missed: {
    de: ['Es hat geklingelt, niemand hat abgenommen.'],
    en: ['It rang, nobody answered.'],
  },
  missed_silently: {
    de: [
      'Der Anruf kam an, aber nirgends hat es geklingelt.',
      'Prüfen Sie, ob die Leitung {line} jemandem gehört und ob der Client angemeldet war.',
    ],
    en: [
      'The call came in, but nothing rang.',
      'Check whether line {line} belongs to somebody and whether the client was signed in.',
    ],
  },
  not_signed_in: {
    de: [
      'Auf Leitung {line} war niemand angemeldet; die Telefonanlage bekam {sipCode}.',
      'Eine Weiterleitung für abgemeldete Benutzer nimmt solche Anrufe auf.',
    ],
    en: [
      'Nobody was signed in on line {line}; the telephone system was told {sipCode}.',
      'Forwarding while signed out catches such calls.',
    ],
  },
  do_not_disturb: {
    de: ['Leitung {line} steht auf „Bitte nicht stören“.'],
    en: ['Line {line} is set to do not disturb.'],
  },
  answered_elsewhere: {
    de: ['Der Anruf wurde an anderer Stelle angenommen.'],
    en: ['The call was answered elsewhere.'],
  },
  picked_up: {
    de: ['Jemand anderes hat den Anruf herangeholt.'],
    en: ['Somebody else picked the call up.'],
  },
  forwarded: { de: ['Der Anruf wurde weitergeleitet.'], en: ['The call was forwarded.'] },
  forward_failed: {
    de: [
      'Die Weiterleitung ist misslungen.',
      'Prüfen Sie das Ziel und die Weiterleitungsart der Leitungsgruppe; nicht jede Telefonanlage beherrscht 302 oder REFER.',
    ],
    en: [
      'Forwarding failed.',
      'Check the target and the forwarding method of the line group; not every telephone system knows 302 or REFER.',
    ],
  },
  transferred: { de: ['Das Gespräch wurde vermittelt.'], en: ['The call was transferred.'] },
  transfer_failed: {
    de: [
      'Das Vermitteln ist misslungen.',
      'Prüfen Sie das Ziel und die Vermittlungsart der Leitungsgruppe.',
    ],
    en: ['The transfer failed.', 'Check the target and the transfer method of the line group.'],
  },
  emergency: { de: ['Notruf, angenommen.'], en: ['Emergency call, answered.'] },
  emergency_failed: {
    de: [
      'Notruf, der nicht angenommen wurde.',
      'Prüfen Sie sofort den Notrufweg der Telefonanlage für Leitung {line}.',
    ],
    en: [
      'Emergency call that was not answered.',
      'Check the emergency route of the telephone system for line {line} at once.',
    ],
  },
  one_way_audio: {
    de: [
      'Ein Gesprächspartner war nicht zu hören.',
      'Prüfen Sie Firewall und NAT für die Sprachports zwischen uns und der Telefonanlage.',
    ],
    en: [
      'One side could not be heard.',
      'Check firewall and NAT for the audio ports between us and the telephone system.',
    ],
  },
  poor_quality: {
    de: [
      'Schlechte Sprachqualität: MOS {mos}, {loss} % Paketverlust, {jitter} ms Schwankung.',
      'Prüfen Sie das Netz auf dieser Seite, vor allem WLAN und Auslastung.',
    ],
    en: [
      'Poor audio quality: MOS {mos}, {loss} % of packets lost, {jitter} ms of jitter.',
      'Check the network on this side, above all Wi-Fi and load.',
    ],
  },
  no_ack: {
    de: [
      'Die Telefonanlage hat die Annahme nie bestätigt (kein ACK).',
      'Meist verwirft eine Firewall oder ein SIP-ALG die Bestätigung; schalten Sie SIP-ALG aus.',
    ],
    en: [
      'The telephone system never confirmed the answer (no ACK).',
      'Mostly a firewall or a SIP ALG drops the confirmation; switch SIP ALG off.',
    ],
  },
  session_expired: {
    de: [
      'Der Session-Timer lief ab: Die Gegenseite hat das Gespräch nicht erneuert.',
      'Prüfen Sie Firewall-Zeiten und Session-Timer der Telefonanlage.',
    ],
    en: [
      'The session timer ran out: the other side did not refresh the call.',
      'Check firewall time-outs and the session timers of the telephone system.',
    ],
  },
  srtp_refused: {
    de: [
      'Die Telefonanlage bot keine Verschlüsselung an, die verlangt ist.',
      'Schalten Sie SRTP an der Telefonanlage ein oder stellen Sie es in der Leitungsgruppe um.',
    ],
    en: [
      'The telephone system offered no encryption, though it is required.',
      'Switch SRTP on at the telephone system, or change it in the line group.',
    ],
  },
  node_lost: {
    de: [
      'Der Telefondienst ist während des Gesprächs ausgefallen.',
      'Der Betreiber wurde benachrichtigt.',
    ],
    en: ['The telephony service failed during the call.', 'The operator has been notified.'],
  },
  node_stopped: {
    de: ['Der Telefondienst wurde während des Gesprächs beendet.'],
    en: ['The telephony service was stopped during the call.'],
  },
  media_engine_lost: {
    de: ['Der Sprachdienst ist während des Gesprächs ausgefallen.'],
    en: ['The audio service failed during the call.'],
  },
  media_failed: {
    de: [
      'Die Sprachverbindung kam nicht zustande.',
      'Prüfen Sie, ob UDP erlaubt ist und STUN/TURN vom Browser aus erreichbar sind.',
    ],
    en: [
      'The audio connection could not be set up.',
      'Check whether UDP is allowed and STUN/TURN can be reached from the browser.',
    ],
  },
  media_timeout: {
    de: [
      'Es kam keine Sprache mehr an; das Gespräch wurde beendet.',
      'Prüfen Sie Netz und Firewall auf beiden Seiten.',
    ],
    en: [
      'No audio arrived any more; the call was ended.',
      'Check network and firewall on both sides.',
    ],
  },
  client_lost: {
    de: [
      'Die Verbindung zum Browser ging verloren.',
      'Meist war das Gerät im Ruhezustand oder ohne Netz.',
    ],
    en: ['The connection to the browser was lost.', 'Mostly the device slept or had no network.'],
  },
  too_long: {
    de: ['Die längste erlaubte Gesprächsdauer war erreicht.'],
    en: ['The longest allowed duration was reached.'],
  },
  loop: {
    de: [
      'Der Anruf lief im Kreis und wurde beendet.',
      'Suchen Sie Weiterleitungen, die aufeinander zeigen.',
    ],
    en: [
      'The call went round in circles and was ended.',
      'Look for forwardings that point at each other.',
    ],
  },
  foreign_minutes: limit(
    'das Gespräch wurde beendet, die Auslandsminuten dieser Stunde sind verbraucht.',
    'the call was ended, the minutes abroad of this hour are used up.',
  ),
  limit_concurrent_calls: limit('zu viele Anrufe zugleich.', 'too many calls at the same time.'),
  limit_call_rate: limit('zu viele Anrufe in einer Minute.', 'too many calls within a minute.'),
  limit_user_call_rate: limit(
    'zu viele Anrufe eines Benutzers in einer Minute.',
    'too many calls of one user within a minute.',
  ),
  limit_country: limit(
    'das Land +{destination} ist nicht freigegeben.',
    'country +{destination} is not allowed.',
  ),
  limit_blocked_prefix: limit(
    'Ziele mit {destination} sind gesperrt.',
    'destinations with {destination} are blocked.',
  ),
  limit_foreign_minutes: limit(
    'die Auslandsminuten dieser Stunde sind verbraucht.',
    'the minutes abroad of this hour are used up.',
  ),
};

/** Every code that has words of its own. */
export const verdictCodes: readonly string[] = Object.keys(texts);

/**
 * A verdict in plain words, for example "The telephone system answered 403 Forbidden: wrong
 * password for line 21 …". Total: a code of a newer node is shown as it is.
 */
export function verdictWords(
  { code, params }: Pick<CallVerdict, 'code' | 'params'>,
  language: 'de' | 'en',
): VerdictWords {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? '?');
  const [, status] = /^sip_([1-6][0-9]{2})$/.exec(code) ?? [];
  if (status !== undefined) return sipWords(Number(status), params, language, fill);
  const [text, remedy] = texts[code]?.[language] ?? [code];
  return { text: fill(text), remedy: remedy === undefined ? null : fill(remedy) };
}

function sipWords(
  status: number,
  params: Readonly<Record<string, string>>,
  language: 'de' | 'en',
  fill: (text: string) => string,
): VerdictWords {
  const explained = explainSip(status);
  const [meaning, remedy] = explained[language];
  const phrase = explained.phrase || params.text || '';
  const who = language === 'de' ? 'Die Telefonanlage antwortete' : 'The telephone system answered';
  return {
    text: `${who} ${`${status} ${phrase}`.trim()}: ${fill(meaning)}.`,
    remedy: remedy === null ? null : fill(remedy),
  };
}
