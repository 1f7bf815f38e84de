import type { ManualState } from '@trunkline/contracts/presence.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { Popover, type PopoverPlace } from '@trunkline/ui/components/popover.tsx';
import { usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { useUiT } from '@trunkline/ui/i18n/use-ui-t.ts';
import { usePresence } from '@trunkline/ui/stores/live.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './presence-menu.module.css';

const PresencePanel = lazy(() => import('./presence-panel.tsx'));

export type StateChoice = ManualState | 'automatic';

/**
 * The own avatar with its badge; opens the panel to set state, note and end. Without a connection
 * nobody is rung here and others may see anything: the last known state would be a guess.
 */
export function PresenceMenu({ place }: { place: PopoverPlace }) {
  const { t } = useT();
  const { t: tUi } = useUiT();
  const { live, profile, realtime } = useServices();
  const connection = useStore(realtime.state);
  // The session stands with its snapshot: only from then on calls reach this window.
  const connected = useStore(live.known) && connection === 'online';
  const last = usePresence(live, profile.id);
  const own = connected ? last : undefined;
  const presenceWords = usePresenceWords();
  const connectionWords =
    connection === 'offline' || connection === 'stopped'
      ? tUi('ui.connection.away')
      : tUi('ui.connection.begins');
  const words = connected ? presenceWords(own) : connectionWords;
  return (
    <Popover
      kind="dialog"
      label={t('presence.heading')}
      place={place}
      className={styles.panel ?? ''}
      trigger={(props) => (
        <span className={styles.own}>
          <span aria-hidden="true">
            <PersonAvatar name={profile.displayName} presence={own} size={36} />
          </span>
          <button
            type="button"
            className={styles.avatar}
            aria-label={t('presence.open', { words })}
            {...props}
          />
        </span>
      )}
    >
      {(close) => (
        <Suspense fallback={<div className={styles.waiting} />}>
          <PresencePanel onClose={close} />
        </Suspense>
      )}
    </Popover>
  );
}
