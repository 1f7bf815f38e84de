import { CallRegular } from '@fluentui/react-icons/svg/call';
import { CallForwardFilled } from '@fluentui/react-icons/svg/call-forward';
import { CallProhibitedFilled } from '@fluentui/react-icons/svg/call-prohibited';
import { useQuery } from '@tanstack/react-query';
import type { Me } from '@trunkline/contracts/people.ts';
import { Popover, type PopoverPlace } from '@trunkline/ui/components/popover.tsx';
import { lazy, Suspense, useState } from 'react';
import { useServices } from '../app/services.ts';
import { meQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import styles from './line-menu.module.css';

const LinePanel = lazy(() => import('./line-panel.tsx'));
const ForwardingDrawer = lazy(() => import('./forwarding-drawer.tsx'));

type Line = Me['lines'][number];

/** The own lines: number, do not disturb, forwarding, feature codes. Nothing for who has none. */
export function LineMenu({ place }: { place: PopoverPlace }) {
  const { t } = useT();
  const { api, profile } = useServices();
  const lines = useQuery(meQuery(api, profile.id)).data?.lines ?? [];
  const [forwarding, setForwarding] = useState<Line['id'] | null>(null);
  const [first] = lines;
  if (!first) return null;
  const quiet = lines.some((line) => line.callHandling.doNotDisturb);
  const away = lines.some((line) => line.callHandling.forwarding.always !== null);
  const state = quiet ? 'dnd' : away ? 'forwarded' : 'normal';
  const chosen = lines.find((line) => line.id === forwarding);
  return (
    <>
      <Popover
        kind="dialog"
        label={t('line.heading')}
        place={place}
        className={styles.panel ?? ''}
        trigger={(props) => (
          <button
            type="button"
            className={styles.button}
            data-state={state}
            aria-label={t(`line.open.${state}`, { line: first.display })}
            title={t(`line.open.${state}`, { line: first.display })}
            {...props}
          >
            <span aria-hidden="true" className={styles.icon}>
              {quiet ? <CallProhibitedFilled /> : away ? <CallForwardFilled /> : <CallRegular />}
            </span>
            <span aria-hidden="true" className={`${styles.number} tl-numeric`}>
              {first.display}
              {lines.length > 1 ? ` +${lines.length - 1}` : null}
            </span>
          </button>
        )}
      >
        {(close) => (
          <Suspense fallback={<div className={styles.waiting} />}>
            <LinePanel
              lines={lines}
              onForwarding={(line) => {
                close();
                setForwarding(line.id);
              }}
              onFeature={close}
            />
          </Suspense>
        )}
      </Popover>
      {chosen ? (
        <Suspense fallback={null}>
          <ForwardingDrawer line={chosen} onClose={() => setForwarding(null)} />
        </Suspense>
      ) : null}
    </>
  );
}
