import { Drawer } from '@trunkline/ui/components/dialog.tsx';
import type { ReactNode } from 'react';
import { useUnsaved } from './unsaved.tsx';

export interface GuardedDrawerProps {
  open: boolean;
  heading: string;
  onClose: () => void;
  children: (onDirty: (id: string, dirty: boolean) => void) => ReactNode;
}

/** A drawer that asks before unsaved changes are lost: by closing, going back or leaving. */
export function GuardedDrawer({ open, heading, onClose, children }: GuardedDrawerProps) {
  const { onDirty, leave, dialog } = useUnsaved(open);
  return (
    <>
      <Drawer open={open} heading={heading} onClose={() => leave(onClose)}>
        {children(onDirty)}
      </Drawer>
      {dialog}
    </>
  );
}
