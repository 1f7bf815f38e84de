import { Button } from '@fluentui/react-button';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './dialog.module.css';

interface ModalProps {
  open: boolean;
  className: string | undefined;
  labelledBy: string;
  onClose: () => void;
  children: ReactNode;
}

/** The browser's own modal dialog: focus stays inside, Escape closes, the page behind is inert. */
function Modal({ open, className, labelledBy, onClose, children }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click closes on the backdrop only; Escape does the same by keyboard
    <dialog
      ref={ref}
      className={className}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current && event.detail > 0) onClose();
      }}
    >
      {open ? children : null}
    </dialog>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  heading: string;
  /** Says what will happen. */
  children: ReactNode;
  confirm: string;
  /** For dangerous actions: this name must be typed. */
  typedName?: string;
  busy?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useUiT();
  const id = useId();
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (props.open) setTyped('');
  }, [props.open]);
  const ready = props.typedName === undefined || typed.trim() === props.typedName;
  return (
    <Modal open={props.open} className={styles.dialog} labelledBy={id} onClose={props.onCancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !props.busy) props.onConfirm();
        }}
      >
        <h2 id={id} className={styles.heading}>
          {props.heading}
        </h2>
        <div className={styles.body}>
          <div>{props.children}</div>
          {props.typedName === undefined ? null : (
            <label>
              {t('ui.dialog.typeToConfirm', { name: props.typedName })}
              <input
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
              />
            </label>
          )}
        </div>
        <div className={styles.actions}>
          <Button onClick={props.onCancel}>{t('ui.dialog.cancel')}</Button>
          <Button type="submit" appearance="primary" disabled={!ready || props.busy === true}>
            {props.confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

export interface DrawerProps {
  open: boolean;
  heading: string;
  onClose: () => void;
  children: ReactNode;
}

/** A panel from the right edge, for creating and editing. */
export function Drawer({ open, heading, onClose, children }: DrawerProps) {
  const { t } = useUiT();
  const id = useId();
  return (
    <Modal open={open} className={styles.drawer} labelledBy={id} onClose={onClose}>
      <div className={styles.drawerFrame}>
        <div className={styles.drawerHead}>
          <h2 id={id}>{heading}</h2>
          <Button
            appearance="subtle"
            icon={<DismissRegular />}
            aria-label={t('ui.dialog.close')}
            onClick={onClose}
          />
        </div>
        <div className={styles.drawerBody}>{children}</div>
      </div>
    </Modal>
  );
}
