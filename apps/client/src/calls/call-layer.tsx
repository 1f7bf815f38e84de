import { errorText } from '@trunkline/ui/api/errors.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { Announcer } from './announcer.tsx';
import type { CallPanel } from './call-controls.tsx';
import styles from './call-layer.module.css';
import { focusIsLost } from './focus.ts';
import { mayConnect } from './permitted.ts';
import { ringingCalls, type ShownCall, shownCalls } from './shown-calls.ts';
import { useCallKeys } from './use-call-keys.ts';

const RingCards = lazy(() => import('./ring-cards.tsx'));
const CallCard = lazy(() => import('./call-card.tsx'));
const WaitingCalls = lazy(() => import('./waiting-calls.tsx'));

/** Something about one call card. */
interface About<T> {
  readonly key: string;
  readonly value: T;
}

/** Ringing calls and call windows, above everything else on the page. */
export function CallLayer() {
  const { language } = useT();
  const { live, phone } = useServices();
  const calls = useStore(live.calls);
  const legs = useStore(phone.legs);
  /** Keys of the windows by call, so that a call's end is shown where the call was, and nowhere else. */
  const ours = useRef(new Map<string, string>());
  for (const leg of legs) if (leg.callId !== null) ours.current.set(leg.callId, leg.key);
  const [panel, setPanel] = useState<About<CallPanel | null> | null>(null);
  const [problem, setProblem] = useState<About<string> | null>(null);

  const ringing = useMemo(() => ringingCalls(calls, legs), [calls, legs]);
  const { cards, waiting } = shownCalls(calls, legs, ours.current);
  const front = cards.find(
    ({ leg, call }) => leg !== null && leg.phase !== 'failed' && call?.state !== 'ended',
  );

  useReturningFocus(waiting.length > 0 || cards.some(({ call }) => call?.state !== 'ended'));

  async function toggleHold({ key, call }: ShownCall): Promise<void> {
    if (!call) return;
    setProblem(null);
    try {
      await (call.held ? phone.resume(call.id) : phone.hold(call.id));
    } catch (error) {
      setProblem({ key, value: errorText(error, language) });
    }
  }

  useCallKeys({
    front: front ?? null,
    waiting: waiting[0] ?? null,
    onHold: (shown) => void toggleHold(shown),
    onConnect: ({ call }) => {
      const other = front?.call;
      if (!call || !other || !mayConnect(other, call)) return false;
      phone.connect(call.id, other.id).catch((error: unknown) => {
        setProblem({ key: front.key, value: errorText(error, language) });
      });
      return true;
    },
    onSwap: ({ call }) => {
      const key = front?.key ?? '';
      if (call)
        phone.resume(call.id).catch((error: unknown) => {
          setProblem({ key, value: errorText(error, language) });
        });
    },
    onPanel: (shown, value) =>
      setPanel((before) =>
        before?.key === shown.key && before.value === value ? null : { key: shown.key, value },
      ),
  });

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
      <Announcer ringing={ringing} shown={[...waiting, ...cards]} />
      <div className={styles.layer}>
        <Suspense fallback={null}>
          {ringing.length > 0 ? <RingCards calls={ringing} /> : null}
          {waiting.length > 0 ? (
            <WaitingCalls waiting={waiting} front={front?.call ?? null} />
          ) : null}
          {cards.map((each) => (
            <CallCard
              key={each.key}
              shown={each}
              panel={panel?.key === each.key ? panel.value : null}
              problem={problem?.key === each.key ? problem.value : null}
              onPanel={(value) => setPanel({ key: each.key, value })}
              onHold={() => void toggleHold(each)}
            />
          ))}
        </Suspense>
      </div>
    </>
  );
}

/**
 * After the last call the focus goes back to where it was before the first, unless it is elsewhere;
 * to the page if that is gone.
 */
function useReturningFocus(calling: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (calling) {
      before.current = document.activeElement;
      return;
    }
    const was = before.current;
    if (was === null) return;
    before.current = null;
    // What had the focus is gone, or says only that its call is over.
    const over = document.activeElement?.closest('[data-over]') != null;
    if (!over && !focusIsLost()) return;
    const there = was instanceof HTMLElement && was !== document.body && was.isConnected;
    const back = there ? was : document.getElementById('content');
    back?.focus({ preventScroll: true });
  }, [calling]);
}
