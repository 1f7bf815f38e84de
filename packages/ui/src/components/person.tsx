import { Avatar } from '@fluentui/react-avatar';
import type { PresenceView } from '@trunkline/contracts/presence.ts';
import type { ReactNode } from 'react';
import styles from './person.module.css';
import { statusOf, usePresenceWords } from './presence.tsx';

export interface PersonAvatarProps {
  name: string;
  /** Left out: no badge at all. */
  presence?: PresenceView | undefined;
  badge?: boolean;
  size?: 24 | 28 | 32 | 36 | 40 | 48 | 56 | 64 | 72 | 96;
}

/** Initials in a colour of the name's own, with the presence badge. */
export function PersonAvatar({ name, presence, badge = true, size = 40 }: PersonAvatarProps) {
  const words = usePresenceWords();
  return (
    <Avatar
      name={name}
      color="colorful"
      size={size}
      // Without a name the picture says nothing that is not said beside it.
      {...(name === '' && !badge ? { 'aria-hidden': true } : {})}
      {...(badge
        ? {
            badge: {
              status: statusOf(presence),
              'aria-label': words(presence),
            },
          }
        : {})}
    />
  );
}

export interface PersonRowProps {
  name: string;
  presence: PresenceView | undefined;
  /** Shown at the right edge: number, buttons. */
  children?: ReactNode;
}

/** A person in a list: avatar with badge, name, what they do now in words. */
export function PersonRow({ name, presence, children }: PersonRowProps) {
  const words = usePresenceWords();
  const note = presence?.note ? ` · ${presence.note}` : '';
  const onPhone = presence?.state === 'on_the_phone';
  const classes = [styles.row, onPhone ? styles.phone : '', presence?.ringing ? styles.rings : ''];
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <PersonAvatar name={name} presence={presence} />
      <span className={styles.text}>
        <span className={styles.name}>{name}</span>
        <span className={styles.words}>
          {presence ? words(presence) : '\u00a0'}
          {note}
        </span>
      </span>
      {children}
    </div>
  );
}
