import { useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense } from 'react';
import { useServices } from '../app/services.ts';
import { callsElsewhere } from './shown-calls.ts';

const ElsewhereBar = lazy(() => import('./elsewhere-bar.tsx'));

/** The bar about calls whose media is not in this window; nothing while there are none. */
export function Elsewhere() {
  const { live, phone } = useServices();
  const calls = useStore(live.calls);
  const legs = useStore(phone.legs);
  const elsewhere = callsElsewhere(calls, legs);
  if (elsewhere.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <ElsewhereBar calls={elsewhere} />
    </Suspense>
  );
}
