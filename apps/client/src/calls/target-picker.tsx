import { Button } from '@fluentui/react-button';
import { CallFilled } from '@fluentui/react-icons/svg/call';
import { useQuery } from '@tanstack/react-query';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { bareNumber, groupNumber, looksLikeNumber } from '@trunkline/ui/format/number.ts';
import { usePresences } from '@trunkline/ui/stores/live.ts';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { findPeople, mainNumber } from '../people/find.ts';
import styles from './target-picker.module.css';

export interface Target {
  readonly number: string;
  readonly name: string;
}

export interface TargetAction {
  readonly text: string;
  run(target: Target): void;
}

export interface TargetPickerProps {
  label: string;
  /** What can be done with the chosen target; the first one is the main thing. */
  actions: readonly TargetAction[];
  busy: boolean;
  problem: string | null;
  onClose: () => void;
  /** Targets that need no search. */
  children?: ReactNode;
}

/** Most people shown, also before anything is typed. */
const shown = 4;

/** Finds somebody by name with what they do now, or takes a number as typed. */
export function TargetPicker(props: TargetPickerProps) {
  const { label, actions, busy, problem, onClose, children } = props;
  const { t, language } = useT();
  const { api, live, profile } = useServices();
  const people = (useQuery(peopleQuery(api, profile.id, language)).data ?? []).filter(
    (person) => person.id !== profile.id && mainNumber(person) !== undefined,
  );
  const presenceOf = usePresences(live);
  const words = usePresenceWords();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => input.current?.focus({ preventScroll: true }), []);

  const typed = text.trim();
  const number = looksLikeNumber(typed) ? bareNumber(typed) : null;
  const free = people.filter((person) => presenceOf(person.id)?.state === 'available');
  const found = typed === '' ? free.slice(0, shown) : findPeople(people, typed, shown);
  const options = [
    ...found.map((person) => ({
      key: person.id,
      person,
      target: { number: mainNumber(person)?.number ?? '', name: person.displayName },
    })),
    ...(number === null
      ? []
      : [{ key: 'typed', person: null, target: { number, name: groupNumber(number) } }]),
  ];
  const active = Math.min(at, Math.max(0, options.length - 1));
  const target = options[active]?.target;

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((active + step + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter') {
      // Two things can be done with a target: the main one is offered, not done.
      event.preventDefault();
      buttons.current?.querySelector('button')?.focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  }

  return (
    <div className={styles.picker}>
      {children}
      <label className={styles.label} htmlFor={`${id}-input`}>
        {label}
      </label>
      <input
        ref={input}
        id={`${id}-input`}
        className={styles.input}
        type="text"
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        value={text}
        placeholder={t('dial.placeholder')}
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(options.length > 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t('dial.results')}
        className={styles.list}
        onMouseDown={(event) => event.preventDefault()}
      >
        {options.map(({ key, person, target: each }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles keys through aria-activedescendant
          <div
            key={key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={styles.option}
            onClick={() => setAt(index)}
          >
            {person ? (
              <PersonAvatar name={each.name} presence={presenceOf(person.id)} size={28} />
            ) : (
              <span className={styles.phone} aria-hidden="true">
                <CallFilled />
              </span>
            )}
            <span className={styles.text}>
              <span className={styles.name}>{each.name}</span>
              {person ? <span className={styles.words}>{words(presenceOf(person.id))}</span> : null}
            </span>
            {person ? (
              <span className={`${styles.words} tl-numeric`}>{mainNumber(person)?.display}</span>
            ) : null}
          </div>
        ))}
        {options.length === 0 && typed !== '' ? (
          <p className={styles.words}>{t('dial.none')}</p>
        ) : null}
      </div>
      <div role="alert">{problem ? <p className={styles.problem}>{problem}</p> : null}</div>
      <div ref={buttons} className={styles.actions}>
        {actions.map((action, index) => (
          <Button
            key={action.text}
            appearance={index === 0 ? 'primary' : 'secondary'}
            disabledFocusable={busy || target === undefined}
            onClick={() => {
              if (target) action.run(target);
            }}
          >
            {action.text}
          </Button>
        ))}
      </div>
    </div>
  );
}
