import { Button } from '@fluentui/react-button';
import { useQuery } from '@tanstack/react-query';
import type { LineForwarding } from '@trunkline/contracts/forwarding.ts';
import type { Me, Person } from '@trunkline/contracts/people.ts';
import { asApiError, errorText } from '@trunkline/ui/api/errors.ts';
import { Drawer } from '@trunkline/ui/components/dialog.tsx';
import { type ReactNode, useId, useState } from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { findPeople, mainNumber } from '../people/find.ts';
import styles from './forwarding-drawer.module.css';
import { resolveTarget } from './forwarding-words.ts';
import { useSaveCallHandling } from './use-call-handling.ts';

const cases = ['always', 'busy', 'noAnswer', 'signedOut'] as const;
type Case = (typeof cases)[number];

/** Seconds of ringing a person can choose; the service takes 5 to 120. */
const ringing = [5, 10, 15, 20, 30, 45, 60, 90, 120] as const;
const usualRinging = 15;

interface Field {
  readonly on: boolean;
  readonly text: string;
}

/** When calls of a line go where: four cases, each with its target. */
export default function ForwardingDrawer({
  line,
  onClose,
}: {
  line: Me['lines'][number];
  onClose: () => void;
}) {
  const { t, language } = useT();
  const { api, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const save = useSaveCallHandling(line);
  const { forwarding, doNotDisturb } = line.callHandling;
  const [fields, setFields] = useState<Record<Case, Field>>(() => {
    const field = (target: string | null): Field => ({ on: target !== null, text: target ?? '' });
    return {
      always: field(forwarding.always),
      busy: field(forwarding.busy),
      noAnswer: field(forwarding.noAnswer?.number ?? null),
      signedOut: field(forwarding.signedOut),
    };
  });
  const [seconds, setSeconds] = useState(forwarding.noAnswer?.seconds ?? usualRinging);
  const [tried, setTried] = useState(false);
  const [saving, setSaving] = useState(false);
  /** Cases the service refused, and what it said in general. */
  const [refused, setRefused] = useState<ReadonlySet<Case>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);

  const targetOf = (which: Case) => {
    const resolved = resolveTarget(fields[which].text, people);
    return resolved.kind === 'unclear' ? null : resolved.number;
  };
  const wrong = (which: Case) =>
    refused.has(which) || (tried && fields[which].on && targetOf(which) === null);

  function change(which: Case, more: Partial<Field>): void {
    setFields((before) => ({ ...before, [which]: { ...before[which], ...more } }));
    setRefused((before) => new Set([...before].filter((each) => each !== which)));
    setProblem(null);
  }

  async function apply(): Promise<void> {
    setTried(true);
    if (cases.some((which) => fields[which].on && targetOf(which) === null)) return;
    const of = (which: Case) => (fields[which].on ? targetOf(which) : null);
    const unanswered = of('noAnswer');
    const next: LineForwarding = {
      always: of('always'),
      busy: of('busy'),
      noAnswer: unanswered === null ? null : { number: unanswered, seconds },
      signedOut: of('signedOut'),
    };
    setSaving(true);
    setProblem(null);
    try {
      await save({ doNotDisturb, forwarding: next });
      onClose();
    } catch (error) {
      setSaving(false);
      const { errors } = asApiError(error);
      const named = cases.filter((which) =>
        errors.some(({ pointer }) => pointer.split('/').includes(which)),
      );
      setRefused(new Set(named));
      if (named.length === 0) setProblem(errorText(error, language));
    }
  }

  return (
    <Drawer open heading={t('line.drawer', { line: line.display })} onClose={onClose}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!saving) void apply();
        }}
      >
        <p className={styles.lead}>{t('line.lead', { line: line.display })}</p>
        {cases.map((which) => (
          <Row
            key={which}
            legend={t(`line.case.${which}`)}
            hint={t(`line.caseHint.${which}`)}
            field={fields[which]}
            people={people}
            wrong={wrong(which)}
            onChange={(more) => change(which, more)}
          >
            {which === 'noAnswer' ? (
              <label className={styles.seconds}>
                {t('line.after')}
                <select
                  className={styles.input}
                  value={seconds}
                  onChange={(event) => setSeconds(Number(event.target.value))}
                >
                  {[...new Set([...ringing, seconds])]
                    .sort((one, two) => one - two)
                    .map((each) => (
                      <option key={each} value={each}>
                        {t('line.seconds', { count: each })}
                      </option>
                    ))}
                </select>
              </label>
            ) : null}
          </Row>
        ))}
        <div role="alert">{problem ? <p className={styles.problem}>{problem}</p> : null}</div>
        <div className={styles.actions}>
          <Button onClick={onClose}>{t('line.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={saving}>
            {t('line.save')}
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

interface RowProps {
  legend: string;
  hint: string;
  field: Field;
  people: readonly Person[];
  wrong: boolean;
  onChange: (more: Partial<Field>) => void;
  children?: ReactNode;
}

function Row({ legend, hint, field, people, wrong, onChange, children }: RowProps) {
  const { t } = useT();
  const id = useId();
  const resolved = resolveTarget(field.text, people);
  return (
    <fieldset className={styles.row}>
      <legend className="tl-hidden">{legend}</legend>
      <label className={styles.case}>
        <input
          type="checkbox"
          checked={field.on}
          onChange={(event) => onChange({ on: event.target.checked })}
        />
        <span>
          {legend}
          <span className={styles.hint}>{hint}</span>
        </span>
      </label>
      {field.on ? (
        <div className={styles.target}>
          <label className={styles.to} htmlFor={`${id}-target`}>
            {t('line.to')}
          </label>
          <input
            id={`${id}-target`}
            className={styles.input}
            type="text"
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            list={`${id}-people`}
            value={field.text}
            placeholder={t('dial.placeholder')}
            aria-invalid={wrong}
            aria-describedby={`${id}-words`}
            onChange={(event) => onChange({ text: event.target.value })}
          />
          <datalist id={`${id}-people`}>
            {findPeople(people, field.text, 6).map((person) => (
              <option key={person.id} value={person.displayName}>
                {mainNumber(person)?.display}
              </option>
            ))}
          </datalist>
          {children}
          <p id={`${id}-words`} className={wrong ? styles.problem : styles.words}>
            {wrong
              ? t('line.wrong')
              : resolved.kind === 'unclear'
                ? '\u00a0'
                : `→ ${resolved.words}`}
          </p>
        </div>
      ) : null}
    </fieldset>
  );
}
