import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import styles from './popover.module.css';

export type PopoverPlace = 'bottomStart' | 'bottomEnd' | 'topEnd' | 'rightStart';

export interface TriggerProps {
  onClick: () => void;
  'aria-expanded': boolean;
  'aria-haspopup': 'menu' | 'dialog';
}

export interface PopoverProps {
  kind: 'menu' | 'dialog';
  label: string;
  place?: PopoverPlace;
  className?: string;
  trigger: (props: TriggerProps) => ReactNode;
  children: (close: () => void) => ReactNode;
}

const reachable =
  'button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), a[href]';

/**
 * A panel beside its trigger. Opening moves the focus inside, Escape and leaving close it and
 * bring the focus back; in a menu the arrow keys move.
 */
export function Popover({
  kind,
  label,
  place = 'bottomStart',
  className,
  trigger,
  children,
}: PopoverProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  const closing = useRef(close);
  closing.current = close;
  useEffect(() => {
    if (!open) return;
    const inside = panel.current;
    const first =
      inside?.querySelector<HTMLElement>('[data-first]') ??
      inside?.querySelector<HTMLElement>(reachable);
    // Content that is still being loaded has nothing to focus: then the panel itself.
    (first ?? inside)?.focus();
    // A click on plain text inside takes the focus out without closing the panel.
    const onEscape = (event: globalThis.KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) closing.current();
    };
    const outside = (event: Event) => {
      if (event.target instanceof Node && !anchor.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', onEscape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', onEscape);
    };
  }, [open]);

  function close(): void {
    setOpen(false);
    anchor.current?.querySelector<HTMLElement>(reachable)?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (kind !== 'menu' || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    const items = [...(panel.current?.querySelectorAll<HTMLElement>(reachable) ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = event.key === 'ArrowDown' ? 1 : -1;
    items[(at + step + items.length) % items.length]?.focus();
  }

  return (
    <span ref={anchor} className={styles.anchor}>
      {trigger({
        onClick: () => (open ? close() : setOpen(true)),
        'aria-expanded': open,
        'aria-haspopup': kind,
      })}
      {open ? (
        // biome-ignore lint/a11y: the role is menu or dialog, both take a label and keys
        <div
          ref={panel}
          role={kind}
          tabIndex={-1}
          aria-label={label}
          className={[styles.panel, styles[place], className].filter(Boolean).join(' ')}
          onKeyDown={onKeyDown}
        >
          {children(close)}
        </div>
      ) : null}
    </span>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  onClick: () => void;
  children: ReactNode;
}

/** One line of a menu popover. */
export function MenuItem({ icon, onClick, children }: MenuItemProps) {
  return (
    <button type="button" role="menuitem" className={styles.item} onClick={onClick}>
      {icon}
      {children}
    </button>
  );
}
