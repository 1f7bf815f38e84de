import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from '@trunkline/ui/components/dialog.tsx';
import { type ReactNode, useCallback, useState } from 'react';
import { useT } from '../i18n/index.ts';

export interface Unsaved {
  /** For the sections inside. */
  readonly onDirty: (id: string, dirty: boolean) => void;
  readonly unsaved: boolean;
  /** Asks first when something is unsaved, then leaves. */
  readonly leave: (go: () => void) => void;
  /** The question; to be placed somewhere in the page. */
  readonly dialog: ReactNode;
}

/** Asks before unsaved changes are lost: by closing, going back or leaving. */
export function useUnsaved(active = true): Unsaved {
  const { t } = useT();
  const [dirty, setDirty] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<{ go: () => void } | null>(null);
  const onDirty = useCallback((id: string, isDirty: boolean) => {
    setDirty((now) => {
      if (now.has(id) === isDirty) return now;
      const next = new Set(now);
      if (isDirty) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const unsaved = active && dirty.size > 0;
  const blocker = useBlocker({
    shouldBlockFn: () => unsaved,
    enableBeforeUnload: () => unsaved,
    withResolver: true,
  });
  const dialog = (
    <ConfirmDialog
      open={asking !== null || blocker.status === 'blocked'}
      heading={t('form.unsavedHeading')}
      confirm={t('form.unsavedConfirm')}
      onCancel={() => {
        setAsking(null);
        blocker.reset?.();
      }}
      onConfirm={() => {
        const go = asking?.go;
        setAsking(null);
        setDirty(new Set());
        go?.();
        blocker.proceed?.();
      }}
    >
      {t('form.unsavedBody')}
    </ConfirmDialog>
  );
  return { onDirty, unsaved, leave: (go) => (unsaved ? setAsking({ go }) : go()), dialog };
}
