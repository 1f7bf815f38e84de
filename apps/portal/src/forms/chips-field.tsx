import { Button } from '@fluentui/react-button';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { Input } from '@fluentui/react-input';
import { useId, useRef, useState } from 'react';
import { useT } from '../i18n/index.ts';
import { type Common, Label } from './fields.tsx';
import styles from './forms.module.css';
import { valuesOfText } from './list.ts';
import { ListMessage } from './list-field.tsx';

export interface ChipsFieldProps<T extends object> extends Common<T> {
  addLabel: string;
  placeholder?: string;
  inputMode?: 'text' | 'numeric' | 'tel';
  /** What a typed value becomes; null: it is refused with `wrong`. */
  read: (value: string) => string | null;
  wrong: string;
  /** What a chip says, the value when left out. */
  show?: (value: string) => string;
  maxItems: number;
}

/** A set of short values: typed or pasted, each one a chip that can be taken away. */
export function ChipsField<T extends object>(props: ChipsFieldProps<T>) {
  const { draft, field, read, show = (value: string) => value } = props;
  const { t } = useT();
  const id = useId();
  const input = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState('');
  const values = draft.values[field] as unknown as readonly string[];
  const set = (next: readonly string[]) => draft.set(field, next as unknown as T[typeof field]);

  function add(): void {
    const found = valuesOfText(typed).map((text) => [text, read(text)] as const);
    if (found.length === 0) return;
    const wrong = found.filter(([, value]) => value === null).map(([text]) => text);
    const good = found.flatMap(([, value]) => (value === null ? [] : [value]));
    set([...new Set([...values, ...good])].slice(0, props.maxItems));
    setTyped(wrong.join(' '));
    setProblem(wrong.length > 0 ? props.wrong : '');
  }

  return (
    <fieldset className={styles.list}>
      <legend>
        <Label text={props.label} changed={draft.changed(field)} />
      </legend>
      {props.hint ? <p className={styles.hint}>{props.hint}</p> : null}
      {values.length === 0 ? null : (
        <ul className={styles.chips}>
          {values.map((value) => (
            <li key={value} className={styles.chip}>
              {show(value)}
              <button
                type="button"
                aria-label={t('form.remove', { name: show(value) })}
                title={t('form.remove', { name: show(value) })}
                onClick={() => {
                  set(values.filter((each) => each !== value));
                  input.current?.querySelector('input')?.focus();
                }}
              >
                <DismissRegular aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.chipAdd} ref={input}>
        <Input
          value={typed}
          aria-label={props.addLabel}
          aria-describedby={id}
          autoComplete="off"
          {...(props.placeholder ? { placeholder: props.placeholder } : {})}
          {...(props.inputMode ? { inputMode: props.inputMode } : {})}
          onChange={(_event, data) => {
            setTyped(data.value);
            setProblem('');
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            // Enter takes the value; it does not yet save the form.
            event.preventDefault();
            add();
          }}
        />
        <Button onClick={add}>{t('form.add')}</Button>
      </div>
      <p id={id} role="status" className={styles.error}>
        {problem}
      </p>
      <ListMessage {...props} />
    </fieldset>
  );
}
