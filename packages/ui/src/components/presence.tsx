import { PresenceBadge as FluentPresenceBadge } from '@fluentui/react-badge';
import type { PresenceState, PresenceView } from '@trunkline/contracts/presence.ts';
import { formatMoment } from '../format/time.ts';
import { useUiT } from '../i18n/use-ui-t.ts';

/** Our presence states as Fluent draws them. On the phone is busy with words of its own. */
export const fluentStatus = {
  available: 'available',
  on_the_phone: 'busy',
  busy: 'busy',
  away: 'away',
  do_not_disturb: 'do-not-disturb',
  offline: 'offline',
} as const satisfies Record<PresenceState, string>;

/** Fluent's status of a presence; nobody knows it before the first word of the service. */
export function statusOf(presence: PresenceView | undefined) {
  return presence ? fluentStatus[presence.state] : 'unknown';
}

/** Presence in words: "On the phone since 14:02", with the note behind it. */
export function usePresenceWords(): (presence: PresenceView | undefined, now?: Date) => string {
  const { t, language } = useUiT();
  return (presence, now = new Date()) => {
    if (!presence) return t('ui.presence.unknown');
    if (presence.ringing) return t('ui.presence.ringing');
    if (!presence.since) return t(`ui.presence.${presence.state}`);
    const time = formatMoment(new Date(presence.since), now, language);
    return t(`ui.presence.since.${presence.state}`, { time });
  };
}

export interface PresenceBadgeProps {
  presence: PresenceView | undefined;
  size?: 'tiny' | 'extra-small' | 'small' | 'medium' | 'large';
}

/** The coloured badge alone; its words are read aloud. */
export function PresenceBadge({ presence, size = 'small' }: PresenceBadgeProps) {
  const words = usePresenceWords();
  return (
    <FluentPresenceBadge status={statusOf(presence)} size={size} aria-label={words(presence)} />
  );
}
