import { Checkbox } from '@fluentui/react-checkbox';
import { Field } from '@fluentui/react-field';
import { Input } from '@fluentui/react-input';
import { Select } from '@fluentui/react-select';
import { Switch } from '@fluentui/react-switch';
import type { ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import type { Draft } from './draft.ts';
import styles from './forms.module.css';

export interface Common<T extends object> {
  draft: Draft<T>;
  field: keyof T & string;
  label: string;
  hint?: string;
  errors: Readonly<Record<string, string>>;
  /** What is allowed but unlikely to be meant, by field; an error goes first. */
  warnings?: Readonly<Record<string, string>>;
  disabled?: boolean;
}

/** A label that says when its field was changed and not yet saved. */
export function Label({ text, changed }: { text: string; changed: boolean }) {
  const { t } = useT();
  return (
    <>
      {text}
      {changed ? <span className={styles.changed}> · {t('form.changed')}</span> : null}
    </>
  );
}

function Frame<T extends object>(props: Common<T> & { required?: boolean; children: ReactNode }) {
  const { draft, field, label, hint, errors } = props;
  const error = errors[field];
  const warning = props.warnings?.[field];
  return (
    <Field
      label={{ children: <Label text={label} changed={draft.changed(field)} /> }}
      {...(props.required ? { required: true } : {})}
      {...(hint === undefined ? {} : { hint })}
      {...(error !== undefined
        ? { validationState: 'error' as const, validationMessage: error }
        : warning !== undefined
          ? { validationState: 'warning' as const, validationMessage: warning }
          : {})}
    >
      {props.children as never}
    </Field>
  );
}

export interface TextFieldProps<T extends object> extends Common<T> {
  type?: 'text' | 'email' | 'password';
  required?: boolean;
  inputMode?: 'text' | 'numeric' | 'tel';
  placeholder?: string;
  autoComplete?: string;
  maxLength?: number;
}

export function TextField<T extends object>(props: TextFieldProps<T>) {
  const { draft, field } = props;
  const value = draft.values[field] as unknown as string | null;
  return (
    <Frame {...props}>
      <Input
        value={value ?? ''}
        type={props.type ?? 'text'}
        autoComplete={props.autoComplete ?? 'off'}
        {...(props.inputMode ? { inputMode: props.inputMode } : {})}
        {...(props.placeholder ? { placeholder: props.placeholder } : {})}
        {...(props.maxLength ? { maxLength: props.maxLength } : {})}
        disabled={props.disabled ?? false}
        onChange={(_event, data) => draft.set(field, data.value as T[typeof field])}
      />
    </Frame>
  );
}

export function NumberField<T extends object>(props: Common<T> & { min: number; max: number }) {
  const { draft, field } = props;
  return (
    <Frame {...props}>
      <Input
        type="number"
        value={String(draft.values[field])}
        min={props.min}
        max={props.max}
        disabled={props.disabled ?? false}
        onChange={(_event, data) => draft.set(field, Number(data.value) as T[typeof field])}
      />
    </Frame>
  );
}

export interface ChoiceFieldProps<T extends object> extends Common<T> {
  options: readonly (readonly [value: string, text: string])[];
  /** Turns the chosen text back into the field's value. */
  read?: (value: string) => unknown;
}

export function ChoiceField<T extends object>(props: ChoiceFieldProps<T>) {
  const { draft, field, read = (value: string) => value } = props;
  return (
    <Frame {...props}>
      <Select
        value={String(draft.values[field] ?? '')}
        disabled={props.disabled ?? false}
        onChange={(_event, data) => draft.set(field, read(data.value) as T[typeof field])}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
    </Frame>
  );
}

export interface AreaFieldProps<T extends object> extends Common<T> {
  rows?: number;
  placeholder?: string;
  maxLength?: number;
}

/** Text of several lines, such as certificates or a list with one value a line. */
export function AreaField<T extends object>(props: AreaFieldProps<T>) {
  const { draft, field } = props;
  return (
    <div className={styles.wide}>
      <Frame {...props}>
        <textarea
          className={styles.area}
          rows={props.rows ?? 4}
          spellCheck={false}
          autoComplete="off"
          placeholder={props.placeholder}
          maxLength={props.maxLength}
          disabled={props.disabled ?? false}
          value={String(draft.values[field] ?? '')}
          onChange={(event) => draft.set(field, event.target.value as T[typeof field])}
        />
      </Frame>
    </div>
  );
}

export function SwitchField<T extends object>({ draft, field, label, hint, disabled }: Common<T>) {
  return (
    <div className={styles.switch}>
      <Switch
        checked={Boolean(draft.values[field])}
        disabled={disabled ?? false}
        label={<Label text={label} changed={draft.changed(field)} />}
        onChange={(_event, data) => draft.set(field, data.checked as T[typeof field])}
      />
      {hint ? <p className={styles.hint}>{hint}</p> : null}
    </div>
  );
}

export interface SetFieldProps<T extends object> extends Common<T> {
  options: readonly (readonly [value: string, text: string])[];
}

/** Several of a few: a box for each. */
export function SetField<T extends object>({
  draft,
  field,
  label,
  options,
  errors,
}: SetFieldProps<T>) {
  const values = draft.values[field] as unknown as readonly string[];
  return (
    <fieldset className={styles.set}>
      <legend>
        <Label text={label} changed={draft.changed(field)} />
      </legend>
      {options.map(([value, text]) => (
        <Checkbox
          key={value}
          label={text}
          checked={values.includes(value)}
          onChange={(_event, data) => {
            const kept = options
              .map(([each]) => each)
              .filter((each) => (each === value ? data.checked === true : values.includes(each)));
            draft.set(field, kept as unknown as T[typeof field]);
          }}
        />
      ))}
      {errors[field] ? <p className={styles.error}>{errors[field]}</p> : null}
    </fieldset>
  );
}
