import { useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react';
import { useServices } from '../app/services.ts';
import { Announcer } from './announcer.tsx';
import styles from './call-layer.module.css';
import { ringingCalls, shownCalls } from './shown-calls.ts';

const RingCards = lazy(() => import('./ring-cards.tsx'));
const CallCard = lazy(() => import('./call-card.tsx'));

/** Ringing calls and call windows, above everything else on the page. */
export function CallLayer() {
  const { live, phone } = useServices();
  const calls = useStore(live.calls);
  const legs = useStore(phone.legs);
  /** Calls this window had media for, so that their end is shown here and nowhere else. */
  const ours = useRef(new Set<string>());
  for (const leg of legs) if (leg.callId !== null) ours.current.add(leg.callId);

  const ringing = useMemo(() => ringingCalls(calls, legs), [calls, legs]);
  const shown = shownCalls(calls, legs, ours.current);

  useEffect(() => {
    // Fetched while nothing happens, so that the first ring does not wait for the network.
    const timer = setTimeout(() => {
      void import('./ring-cards.tsx');
      void import('./call-card.tsx');
    }, 2_000);
    return () => clearTimeout(timer);
  }, []);

  return (
    <>
      <Announcer ringing={ringing} shown={shown} />
      <div className={styles.layer}>
        <Suspense fallback={null}>
          {ringing.length > 0 ? <RingCards calls={ringing} /> : null}
          {shown.map((each) => (
            <CallCard key={each.key} shown={each} />
          ))}
        </Suspense>
      </div>
    </>
  );
}
