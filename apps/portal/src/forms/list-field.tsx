import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { ArrowDownRegular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUpRegular } from '@fluentui/react-icons/svg/arrow-up';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useT } from '../i18n/index.ts';
import { type Common, Label } from './fields.tsx';
import styles from './forms.module.css';
import { moved, replaced, without } from './list.ts';

export interface ListFieldProps<T extends object, Item> extends Common<T> {
  /** What a row is called, for its buttons. */
  nameOf: (item: Item, index: number) => string;
  /** The inputs of a row. */
  row: (item: Item, change: (item: Item) => void, index: number) => ReactNode;
  /** Makes a new row; left out: rows cannot be added. */
  fresh?: () => Item;
  addText?: string;
  maxItems?: number;
  /** Whether a row may go; all may when left out. */
  removable?: (item: Item) => boolean;
  children?: ReactNode;
}

/**
 * Rows in an order: by their buttons, or by Alt with the arrow keys anywhere in the row. The focus
 * goes with a moved row, and its new place is announced.
 */
export function ListField<T extends object, Item>(props: ListFieldProps<T, Item>) {
  const { draft, field, nameOf, fresh } = props;
  const { t } = useT();
  const items = draft.values[field] as unknown as readonly Item[];
  const [said, setSaid] = useState('');
  const rows = useRef<HTMLOListElement>(null);
  const focusAt = useRef<{ index: number; what: string } | null>(null);
  const set = (next: readonly Item[]) => draft.set(field, next as unknown as T[typeof field]);

  useEffect(() => {
    const wanted = focusAt.current;
    if (!wanted) return;
    focusAt.current = null;
    const row = rows.current?.children[wanted.index];
    const exact = row?.querySelector<HTMLElement>(`[data-what="${wanted.what}"]:not([disabled])`);
    (exact ?? row?.querySelector<HTMLElement>('input, button:not([disabled])'))?.focus();
  });

  function move(index: number, by: -1 | 1, what: string): void {
    const to = index + by;
    const item = items[index];
    if (item === undefined || to < 0 || to >= items.length) return;
    focusAt.current = { index: to, what };
    setSaid(t('form.movedTo', { name: nameOf(item, index), place: to + 1, count: items.length }));
    set(moved(items, index, by));
  }

  function onKeyDown(event: KeyboardEvent, index: number): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    const what = (event.target as HTMLElement).dataset.what ?? 'input';
    move(index, event.key === 'ArrowUp' ? -1 : 1, what);
  }

  return (
    <fieldset className={styles.list}>
      <legend>
        <Label text={props.label} changed={draft.changed(field)} />
      </legend>
      {props.hint ? <p className={styles.hint}>{props.hint}</p> : null}
      <ol className={styles.listRows} ref={rows}>
        {items.map((item, index) => {
          const name = nameOf(item, index);
          return (
            <li
              key={index}
              className={styles.listRow}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              <span className={styles.rank} aria-hidden="true">
                {index + 1}
              </span>
              <div className={styles.listMain}>
                {props.row(item, (next) => set(replaced(items, index, next)), index)}
              </div>
              <div className={styles.listActions}>
                <Button
                  appearance="subtle"
                  icon={<ArrowUpRegular />}
                  data-what="up"
                  aria-label={t('form.moveUp', { name })}
                  title={t('form.moveUp', { name })}
                  disabled={index === 0 || props.disabled === true}
                  onClick={() => move(index, -1, 'up')}
                />
                <Button
                  appearance="subtle"
                  icon={<ArrowDownRegular />}
                  data-what="down"
                  aria-label={t('form.moveDown', { name })}
                  title={t('form.moveDown', { name })}
                  disabled={index === items.length - 1 || props.disabled === true}
                  onClick={() => move(index, 1, 'down')}
                />
                {props.removable === undefined || props.removable(item) ? (
                  <Button
                    appearance="subtle"
                    icon={<DeleteRegular />}
                    data-what="remove"
                    aria-label={t('form.remove', { name })}
                    title={t('form.remove', { name })}
                    onClick={() => {
                      focusAt.current = { index: Math.max(0, index - 1), what: 'remove' };
                      setSaid(t('form.removed', { name }));
                      set(without(items, index));
                    }}
                  />
                ) : null}
              </div>
            </li>
          );
        })}
      </ol>
      {props.children}
      {fresh ? (
        <Button
          className={styles.add}
          icon={<AddRegular />}
          disabled={items.length >= (props.maxItems ?? Number.POSITIVE_INFINITY)}
          onClick={() => {
            focusAt.current = { index: items.length, what: 'input' };
            set([...items, fresh()]);
          }}
        >
          {props.addText}
        </Button>
      ) : null}
      <ListMessage {...props} />
      <span className="tl-hidden" role="status">
        {said}
      </span>
    </fieldset>
  );
}

/** The error of a list, else what is unlikely to be meant about it. */
export function ListMessage<T extends object>({ field, errors, warnings }: Common<T>) {
  if (errors[field]) return <p className={styles.error}>{errors[field]}</p>;
  return warnings?.[field] ? <p className={styles.warning}>{warnings[field]}</p> : null;
}
