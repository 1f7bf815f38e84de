import { BuildingFilled, BuildingRegular } from '@fluentui/react-icons/svg/building';
import {
  CallConnectingFilled,
  CallConnectingRegular,
} from '@fluentui/react-icons/svg/call-connecting';
import { HomeFilled, HomeRegular } from '@fluentui/react-icons/svg/home';
import { PeopleFilled, PeopleRegular } from '@fluentui/react-icons/svg/people';
import {
  PlugConnectedFilled,
  PlugConnectedRegular,
} from '@fluentui/react-icons/svg/plug-connected';
import { ShieldTaskFilled, ShieldTaskRegular } from '@fluentui/react-icons/svg/shield-task';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useT } from '../i18n/index.ts';
import styles from './navigation.module.css';

const areas = [
  ['/overview', 'nav.overview', HomeRegular, HomeFilled],
  ['/people', 'nav.people', PeopleRegular, PeopleFilled],
  ['/numbers', 'nav.numbers', BuildingRegular, BuildingFilled],
  ['/lines', 'nav.lines', PlugConnectedRegular, PlugConnectedFilled],
  ['/calls', 'nav.calls', CallConnectingRegular, CallConnectingFilled],
  ['/limits', 'nav.limits', ShieldTaskRegular, ShieldTaskFilled],
] as const;

/** The areas by task; a row that scrolls sideways on a phone. */
export function Navigation() {
  const { t } = useT();
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current
      ?.querySelector('[data-active]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [pathname]);
  return (
    <nav ref={nav} className={styles.nav} aria-label={t('nav.label')}>
      <ul>
        {areas.map(([to, text, Regular, Filled]) => (
          <li key={to}>
            <Link to={to} className={styles.entry} activeProps={{ 'data-active': 'true' }}>
              <span className={styles.regular} aria-hidden="true">
                <Regular />
              </span>
              <span className={styles.filled} aria-hidden="true">
                <Filled />
              </span>
              {t(text)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
