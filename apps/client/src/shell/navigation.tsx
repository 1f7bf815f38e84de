import { HistoryFilled, HistoryRegular } from '@fluentui/react-icons/svg/history';
import { PeopleFilled, PeopleRegular } from '@fluentui/react-icons/svg/people';
import { SettingsFilled, SettingsRegular } from '@fluentui/react-icons/svg/settings';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import { useMissedCount } from '../journal/use-missed-count.ts';
import { LineMenu } from '../lines/line-menu.tsx';
import styles from './navigation.module.css';
import { PresenceMenu } from './presence-menu.tsx';

function Entries() {
  const { t } = useT();
  const missed = useMissedCount();
  const entries: [to: string, text: string, icon: ReactNode, active: ReactNode, count: number][] = [
    ['/people', t('nav.people'), <PeopleRegular key="r" />, <PeopleFilled key="f" />, 0],
    ['/journal', t('nav.journal'), <HistoryRegular key="r" />, <HistoryFilled key="f" />, missed],
    ['/settings', t('nav.settings'), <SettingsRegular key="r" />, <SettingsFilled key="f" />, 0],
  ];
  return (
    <ul className={styles.list}>
      {entries.map(([to, text, icon, active, count]) => (
        <li key={to}>
          <Link to={to} className={styles.entry} activeProps={{ 'data-active': 'true' }}>
            <span className={styles.icon} aria-hidden="true">
              <span className={styles.regular}>{icon}</span>
              <span className={styles.filled}>{active}</span>
              {count > 0 ? <span className={styles.badge}>{count > 9 ? '9+' : count}</span> : null}
            </span>
            <span className={styles.text}>{text}</span>
            {count > 0 ? <span className="tl-hidden">{t('nav.missed', { count })}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The rail at the left: own avatar on top, then the places. */
export function Rail() {
  const { t } = useT();
  return (
    <nav className={styles.rail} aria-label={t('nav.label')}>
      <div className={styles.avatar}>
        <PresenceMenu place="rightStart" />
        <LineMenu place="rightStart" />
      </div>
      <Entries />
    </nav>
  );
}

/** The same places at the bottom of a phone. */
export function BottomNavigation() {
  const { t } = useT();
  return (
    <nav className={styles.bottom} aria-label={t('nav.label')}>
      <Entries />
    </nav>
  );
}
