import { Button } from '@fluentui/react-button';
import { useQuery } from '@tanstack/react-query';
import { NumberText } from '@trunkline/ui/components/number-text.tsx';
import { chooseLanguage, languages } from '@trunkline/ui/i18n/i18n.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { chooseLook, lookChoices, lookStore } from '@trunkline/ui/theme/look.ts';
import { lazy, type ReactNode, Suspense, useEffect, useId, useState } from 'react';
import { useServices } from '../app/services.ts';
import { chooseRing, ringSettings } from '../calls/ring-settings.ts';
import { ringTones } from '../calls/tones.ts';
import { meQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { showShortcuts } from '../shell/shortcuts.tsx';
import { usePermission } from './permissions.ts';
import styles from './settings-page.module.css';

const AudioCard = lazy(() => import('./audio-card.tsx'));

/** Settings of this browser and the own account. */
export function SettingsPage() {
  const { t } = useT();
  useEffect(() => {
    document.title = `${t('settings.heading')} · ${t('app.name')}`;
  }, [t]);
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <header>
          <h1>{t('settings.heading')}</h1>
          <p className={styles.lead}>{t('settings.lead')}</p>
        </header>
        <Card heading={t('settings.language')}>
          <LanguageChoice />
        </Card>
        <Card heading={t('settings.look')}>
          <LookChoice />
        </Card>
        <Card heading={t('audio.heading')} hint={t('audio.headingHint')}>
          <Suspense fallback={<div className={styles.audioWaits} />}>
            <AudioCard />
          </Suspense>
        </Card>
        <Card heading={t('settings.ring')} hint={t('settings.ringHint')}>
          <RingChoice />
        </Card>
        <Card heading={t('settings.notifications')} hint={t('settings.notificationsHint')}>
          <Notifications />
        </Card>
        <Card heading={t('keys.heading')}>
          <Button onClick={showShortcuts}>{t('keys.open')}</Button>
        </Card>
        <Account />
      </div>
    </div>
  );
}

function Card({
  heading,
  hint,
  children,
}: {
  heading: string;
  hint?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {hint ? <p className={styles.hint}>{hint}</p> : null}
      {children}
    </section>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset className={styles.choice}>
      <legend className="tl-hidden">{label}</legend>
      {options.map(([option, text]) => (
        <label key={option}>
          <input
            type="radio"
            name={id}
            checked={option === value}
            onChange={() => onChange(option)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

function LanguageChoice() {
  const { t, language } = useT();
  const names = { de: t('settings.german'), en: t('settings.english') };
  return (
    <Choice
      label={t('settings.language')}
      value={language}
      options={languages.map((each) => [each, names[each]] as const)}
      onChange={(next) => void chooseLanguage(next)}
    />
  );
}

function LookChoice() {
  const { t } = useT();
  const look = useStore(lookStore);
  return (
    <Choice
      label={t('settings.look')}
      value={look}
      options={lookChoices.map((each) => [each, t(`settings.${each}`)] as const)}
      onChange={chooseLook}
    />
  );
}

function RingChoice() {
  const { t } = useT();
  const { tones } = useServices();
  const settings = useStore(ringSettings);
  const [playing, setPlaying] = useState(false);
  const id = useId();
  useEffect(() => {
    if (!playing) return;
    const stop = tones.ring(settings.tone, settings.volume);
    const end = setTimeout(() => setPlaying(false), 6_000);
    return () => {
      stop();
      clearTimeout(end);
    };
  }, [playing, settings, tones]);
  return (
    <>
      <Choice
        label={t('settings.ring')}
        value={settings.tone}
        options={ringTones.map((each) => [each, t(`settings.tone.${each}`)] as const)}
        onChange={(tone) => chooseRing({ ...settings, tone })}
      />
      <div className={styles.volume}>
        <label htmlFor={id}>{t('settings.ringVolume')}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={100}
          step={5}
          value={Math.round(settings.volume * 100)}
          disabled={settings.tone === 'off'}
          onChange={(event) =>
            chooseRing({ ...settings, volume: Number(event.target.value) / 100 })
          }
        />
        <Button disabled={settings.tone === 'off'} onClick={() => setPlaying(!playing)}>
          {playing ? t('settings.ringStop') : t('settings.ringTry')}
        </Button>
      </div>
    </>
  );
}

function Notifications() {
  const { t } = useT();
  const state = usePermission('notifications');
  if (!('Notification' in window)) return <p>{t('settings.notificationsMissing')}</p>;
  if (state === 'granted') return <p>{t('settings.notificationsGranted')}</p>;
  if (state === 'denied') return <p>{t('settings.notificationsDenied')}</p>;
  return (
    <Button onClick={() => void Notification.requestPermission()}>
      {t('settings.notificationsAllow')}
    </Button>
  );
}

function Account() {
  const { t } = useT();
  const { api, profile, session } = useServices();
  const me = useQuery(meQuery(api, profile.id)).data;
  const lines = me?.lines ?? [];
  return (
    <Card heading={t('settings.account')}>
      <p>{t('settings.signedInAs', { identity: profile.identity })}</p>
      <p className={styles.hint}>{me?.tenantName}</p>
      <h3>{t('settings.lines')}</h3>
      {me && lines.length === 0 ? <p>{t('settings.noLine')}</p> : null}
      <ul>
        {lines.map((line) => (
          <li key={line.id}>
            <NumberText number={line.number} display={line.display} copy />
          </li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button
          onClick={() => {
            session.signOut().catch(() => {
              // Not reached: this browser is signed out all the same.
            });
          }}
        >
          {t('settings.signOut')}
        </Button>
        {profile.roles.length > 0 ? <a href="/portal/">{t('settings.admin')}</a> : null}
      </div>
    </Card>
  );
}
