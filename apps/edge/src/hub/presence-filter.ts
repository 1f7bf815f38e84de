import type { PresenceView } from '@trunkline/contracts/presence.ts';
import type { PresenceFields } from '@trunkline/rights/may-see-presence.ts';

/** What decides a view; the facts behind it are shown to their owner only. */
export type VisiblePresence = PresenceView;

/** A presence as a watcher with these rights gets it. */
export function presenceAsSeen(presence: VisiblePresence, fields: PresenceFields): PresenceView {
  if (fields.own) {
    const { state, since, note, source, ringing } = presence;
    return { state, since, note, source, ringing };
  }
  // A telephone also rings at people who are signed out; it is a matter of the telephone alone.
  const ringing = fields.telephony && presence.ringing;
  // "Appear offline" must look like being offline in every field, else it tells on itself.
  if (!fields.state || presence.state === 'offline')
    return { state: 'offline', since: null, note: '', source: 'none', ringing };
  const byTelephone = presence.source === 'telephony';
  return {
    state: !fields.telephony && presence.state === 'on_the_phone' ? 'busy' : presence.state,
    since: fields.since ? presence.since : null,
    note: fields.note ? presence.note : '',
    source: !fields.telephony && byTelephone ? 'none' : presence.source,
    ringing,
  };
}
