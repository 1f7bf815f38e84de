import { CallFilled } from '@fluentui/react-icons/svg/call';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { bareNumber, groupNumber, looksLikeNumber } from '@trunkline/ui/format/number.ts';
import { usePresences } from '@trunkline/ui/stores/live.ts';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { looksLikeEmergency } from '../calls/leg.ts';
import { useDialling } from '../calls/use-dialling.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { findPeople, mainNumber } from '../people/find.ts';
import styles from './dial-field.module.css';

/** The field that is always there: a name finds people, a number offers the call. */
export function DialField() {
  const { t, language } = useT();
  const { api, live, phone, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data;
  const presenceOf = usePresences(live);
  const dialling = useDialling();
  const words = usePresenceWords();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      const typing = target?.closest('input, textarea, select, [contenteditable]');
      const wanted =
        (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey) ||
        (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey);
      if (!wanted) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const typed = text.trim();
  const number = looksLikeNumber(typed) ? bareNumber(typed) : null;
  const found = findPeople(people ?? [], typed, 8);
  const emergency = number !== null && looksLikeEmergency(number);
  const stopped = dialling === 'barred' || dialling === 'off';
  const barred = stopped && !emergency;
  const hint =
    emergency || dialling === 'free'
      ? null
      : { barred: t('dial.busy'), off: t('dial.off'), second: t('dial.second') }[dialling];
  const options = [
    ...(number === null ? [] : [{ key: 'dial', person: null }]),
    ...found.map((person) => ({ key: person.id, person })),
  ];
  const shown = open && typed !== '';
  const active = Math.min(at, Math.max(0, options.length - 1));

  function leave(): void {
    setText('');
    setOpen(false);
    setAt(0);
    input.current?.blur();
  }

  function call(what: string): void {
    if (stopped && !looksLikeEmergency(what)) return;
    phone.dial(what);
    // The focus stays until the call's window takes it, and comes back here after the call.
    setText('');
    setOpen(false);
    setAt(0);
  }

  function choose(index: number): void {
    const option = options[index];
    if (!option) return;
    if (option.person === null) {
      if (number !== null) call(number);
      return;
    }
    void navigate({ to: '/people/$userId', params: { userId: option.person.id } });
    leave();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((active + step + options.length) % Math.max(1, options.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const person = options[active]?.person;
      const main = event.shiftKey && person ? mainNumber(person) : undefined;
      if (main) call(main.number);
      else choose(active);
    } else if (event.key === 'Escape') {
      if (text === '') input.current?.blur();
      setText('');
      setOpen(false);
    }
  }

  return (
    <search className={styles.field}>
      <span className={styles.icon} aria-hidden="true">
        <SearchRegular />
      </span>
      <input
        ref={input}
        className={styles.input}
        type="text"
        inputMode="search"
        enterKeyHint="go"
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        value={text}
        placeholder={t('dial.placeholder')}
        aria-label={t('dial.label')}
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(shown && options.length > 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setAt(0);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {text === '' ? (
        <span className={styles.shortcut}>{t('dial.shortcut')}</span>
      ) : (
        <button
          type="button"
          className={styles.clear}
          aria-label={t('dial.clear')}
          onClick={() => {
            setText('');
            input.current?.focus();
          }}
        >
          <DismissRegular />
        </button>
      )}
      <span className="tl-hidden" role="status">
        {shown ? t('dial.hits', { count: options.length }) : ''}
      </span>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t('dial.results')}
        className={styles.list}
        hidden={!shown}
        // The field keeps the focus, so that a click on a result is not a blur first.
        onMouseDown={(event) => event.preventDefault()}
      >
        {options.map(({ key, person }, index) => {
          const main = person ? mainNumber(person) : undefined;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles keys through aria-activedescendant
            <div
              key={key}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={styles.option}
              onClick={() => choose(index)}
              onMouseMove={() => setAt(index)}
            >
              {person ? (
                <>
                  <PersonAvatar
                    name={person.displayName}
                    presence={presenceOf(person.id)}
                    size={32}
                  />
                  <span className={styles.text}>
                    <span className={styles.name}>{person.displayName}</span>
                    <span className={styles.words}>{words(presenceOf(person.id))}</span>
                  </span>
                  {main && !barred ? (
                    // biome-ignore lint/a11y: for the pointer; by keyboard it is Shift+Enter on the option
                    <span
                      className={styles.call}
                      title={t('dial.callPerson', {
                        name: person.displayName,
                        number: main.display,
                      })}
                      onClick={(event) => {
                        event.stopPropagation();
                        call(main.number);
                      }}
                    >
                      <CallFilled />
                      <span className="tl-numeric">{main.display}</span>
                    </span>
                  ) : null}
                </>
              ) : (
                <>
                  <span className={emergency ? styles.sos : styles.phone} aria-hidden="true">
                    <CallFilled />
                  </span>
                  <span className={styles.text}>
                    <span className={styles.name}>
                      {emergency
                        ? t('dial.emergency', { number: number ?? '' })
                        : t('dial.call', { number: groupNumber(number ?? '') })}
                    </span>
                    {hint ? <span className={styles.words}>{hint}</span> : null}
                  </span>
                </>
              )}
            </div>
          );
        })}
        {options.length === 0 ? <p className={styles.none}>{t('dial.none')}</p> : null}
      </div>
    </search>
  );
}
