import type { ManualState } from '@trunkline/contracts/presence.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { Popover, type PopoverPlace } from '@trunkline/ui/components/popover.tsx';
import { usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { usePresence } from '@trunkline/ui/stores/live.ts';
import { lazy, Suspense } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './presence-menu.module.css';

const PresencePanel = lazy(() => import('./presence-panel.tsx'));

export type StateChoice = ManualState | 'automatic';

/** The own avatar with its badge; opens the panel to set state, note and end. */
export function PresenceMenu({ place }: { place: PopoverPlace }) {
  const { t } = useT();
  const { live, profile } = useServices();
  const own = usePresence(live, profile.id);
  const words = usePresenceWords();
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
            aria-label={t('presence.open', { words: words(own) })}
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
