import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog, Drawer } from '@trunkline/ui/components/dialog.tsx';
import { type ReactNode, useCallback, useState } from 'react';
import { useT } from '../i18n/index.ts';

export interface GuardedDrawerProps {
  open: boolean;
  heading: string;
  onClose: () => void;
  children: (onDirty: (id: string, dirty: boolean) => void) => ReactNode;
}

/** A drawer that asks before unsaved changes are lost: by closing, going back or leaving. */
export function GuardedDrawer({ open, heading, onClose, children }: GuardedDrawerProps) {
  const { t } = useT();
  const [dirty, setDirty] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const onDirty = useCallback((id: string, isDirty: boolean) => {
    setDirty((now) => {
      if (now.has(id) === isDirty) return now;
      const next = new Set(now);
      if (isDirty) next.add(id);
      else next.delete(id);
      return next;
    });
  }, []);
  const unsaved = open && dirty.size > 0;
  const blocker = useBlocker({
    shouldBlockFn: () => unsaved,
    enableBeforeUnload: () => unsaved,
    withResolver: true,
  });
  return (
    <>
      <Drawer open={open} heading={heading} onClose={() => (unsaved ? setAsking(true) : onClose())}>
        {children(onDirty)}
      </Drawer>
      <ConfirmDialog
        open={asking || blocker.status === 'blocked'}
        heading={t('form.unsavedHeading')}
        confirm={t('form.unsavedConfirm')}
        onCancel={() => {
          setAsking(false);
          blocker.reset?.();
        }}
        onConfirm={() => {
          setAsking(false);
          onClose();
          blocker.proceed?.();
        }}
      >
        {t('form.unsavedBody')}
      </ConfirmDialog>
    </>
  );
}
