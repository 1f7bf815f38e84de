import { createStore, useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense, useEffect } from 'react';

const ShortcutHelp = lazy(() => import('./shortcut-help.tsx'));

const helpOpen = createStore(false);

/** Shows the overlay with all shortcuts. */
export function showShortcuts(): void {
  helpOpen.set(true);
}

/** The overlay, opened by `?` wherever nobody types. */
export function Shortcuts() {
  const open = useStore(helpOpen);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const typing = target?.closest?.('input, textarea, select, [contenteditable]');
      if (event.key !== '?' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      helpOpen.update((before) => !before);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <ShortcutHelp onClose={() => helpOpen.set(false)} />
    </Suspense>
  );
}
