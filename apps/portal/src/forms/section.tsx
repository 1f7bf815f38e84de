import { Button } from '@fluentui/react-button';
import { errorRegistry } from '@trunkline/contracts/errors.ts';
import { asApiError } from '@trunkline/ui/api/errors.ts';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useT } from '../i18n/index.ts';
import { errorsByField } from './draft.ts';
import styles from './forms.module.css';
import { messageKey } from './messages.ts';

export interface SectionProps {
  heading?: string;
  /** Level of the heading: 2 on a page, 3 (when left out) in a drawer. */
  level?: 2 | 3;
  hint?: string;
  /** Something waits to be saved. */
  dirty: boolean;
  /** Word on the button, "Save" when left out. */
  submit?: string;
  /** Word once it is done, "Saved" when left out. */
  done?: string;
  /** Checks before anything is sent: messages by field. */
  check?: () => Record<string, string>;
  onSave: () => Promise<void>;
  onDiscard?: () => void;
  /** Reloads what somebody else changed. */
  onReload?: () => void;
  /** Tells the frame that leaving now would lose something. */
  onDirty?: (id: string, dirty: boolean) => void;
  children: (errors: Readonly<Record<string, string>>) => ReactNode;
}

/** A part of a form that is saved by itself; errors stand at their fields. */
export function Section(props: SectionProps) {
  const { t, language } = useT();
  const id = useId();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<{ text: string; stale: boolean } | null>(null);
  const [state, setState] = useState<'idle' | 'saving' | 'saved'>('idle');
  const { dirty, onDirty } = props;
  const Heading = props.level === 2 ? 'h2' : 'h3';

  useEffect(() => {
    onDirty?.(id, dirty);
    if (dirty) setState((now) => (now === 'saved' ? 'idle' : now));
    return () => onDirty?.(id, false);
  }, [id, dirty, onDirty]);

  async function save(): Promise<void> {
    const wrong = props.check?.() ?? {};
    setErrors(wrong);
    setFailure(null);
    if (Object.keys(wrong).length > 0) return;
    setState('saving');
    try {
      await props.onSave();
      setState('saved');
    } catch (thrown) {
      const error = asApiError(thrown);
      const byField = errorsByField(error.errors, (message) => {
        const key = messageKey(message);
        return key === null ? t('form.check') : t(`message.${key}`);
      });
      setErrors(byField);
      setState('idle');
      const stale = error.code === 'precondition_failed';
      const detail = byField[''];
      setFailure({
        stale,
        text: stale
          ? t('form.stale')
          : [errorRegistry[error.code].title[language], detail].filter(Boolean).join(' '),
      });
    }
  }

  return (
    <form
      className={styles.section}
      aria-labelledby={props.heading ? id : undefined}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (state !== 'saving') void save();
      }}
    >
      {props.heading ? (
        <Heading id={id} className={styles.heading}>
          {props.heading}
        </Heading>
      ) : null}
      {props.hint ? <p className={styles.hint}>{props.hint}</p> : null}
      <div className={styles.fields}>{props.children(errors)}</div>
      <div role="alert">
        {failure ? (
          <div className={styles.failure}>
            <p>{failure.text}</p>
            {failure.stale && props.onReload ? (
              <Button size="small" onClick={props.onReload}>
                {t('form.reload')}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      <div className={styles.actions}>
        <Button
          type="submit"
          appearance={dirty ? 'primary' : 'secondary'}
          disabledFocusable={!dirty || state === 'saving'}
        >
          {state === 'saving' ? t('form.saving') : (props.submit ?? t('form.save'))}
        </Button>
        {dirty && props.onDiscard ? (
          <Button appearance="subtle" onClick={props.onDiscard}>
            {t('form.discard')}
          </Button>
        ) : null}
        <span role="status" className={styles.saved}>
          {state === 'saved' && !dirty ? (props.done ?? t('form.saved')) : null}
        </span>
      </div>
    </form>
  );
}
