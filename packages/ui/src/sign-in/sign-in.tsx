import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { ApiError, errorText } from '../api/errors.ts';
import type { Profile, Session } from '../api/session.ts';
import { useUiT } from '../i18n/use-ui-t.ts';
import { type DemoAccount, type DemoKind, fetchDemoAccounts } from './demo.ts';
import { DemoCards } from './demo-cards.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { Pitch } from './pitch.tsx';
import { rememberedIdentity, rememberedTenant, rememberSignIn } from './remember.ts';
import styles from './sign-in.module.css';

type Field = 'identity' | 'tenant' | 'password';

export interface SignInProps {
  session: Pick<Session, 'signIn'>;
  /** A session ended before: say so. */
  expired: boolean;
  /** Product name, page heading and one sentence. */
  heading: string;
  lead: string;
  points: readonly string[];
  /** Which demo accounts are offered on the own machine. */
  demoKind: DemoKind;
  /** Small print below the button. */
  hint?: string;
  onSignedIn: (profile: Profile) => Promise<void> | void;
}

/** Sign-in with user name and password. No component library here: it must come up at once. */
export function SignIn({
  session,
  expired,
  heading,
  lead,
  points,
  demoKind,
  hint,
  onSignedIn,
}: SignInProps) {
  const { t, language } = useUiT();
  const ids = { identity: useId(), tenant: useId(), password: useId() };
  const [identity, setIdentity] = useState(rememberedIdentity);
  const [tenant, setTenant] = useState(rememberedTenant);
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ field: Field; text: string } | null>(null);
  const [failure, setFailure] = useState<string | null>(expired ? t('ui.signIn.expired') : null);
  const [demo, setDemo] = useState<DemoAccount[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const alone = !identity.includes('@');

  useEffect(() => {
    document.title = `${t('ui.signIn.title')} · ${t('ui.appName')}`;
  }, [t]);
  useEffect(() => {
    const stop = new AbortController();
    void fetchDemoAccounts(demoKind, stop.signal).then(setDemo);
    return () => stop.abort();
  }, [demoKind]);

  function complain(field: Field, text: string): void {
    setWrong({ field, text });
    form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus();
  }

  async function enter(name: string, secret: string, company: string): Promise<void> {
    setBusy(true);
    setFailure(null);
    setWrong(null);
    try {
      const profile = await session.signIn({
        identity: name,
        password: secret,
        ...(company && !name.includes('@') ? { tenant: company } : {}),
      });
      rememberSignIn(name, company);
      await onSignedIn(profile);
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.unreachable) setFailure(t('ui.signIn.unreachable'));
      else if (error instanceof ApiError && error.retryAfterSeconds !== null)
        setFailure(t('ui.signIn.wait', { count: error.retryAfterSeconds }));
      else if (error instanceof ApiError && error.code === 'invalid_credentials')
        complain('password', errorText(error, language));
      else setFailure(errorText(error, language));
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (busy) return;
    const name = identity.trim();
    if (name === '') complain('identity', t('ui.signIn.missingIdentity'));
    else if (alone && tenant.trim() === '') complain('tenant', t('ui.signIn.missingTenant'));
    else if (password === '') complain('password', t('ui.signIn.missingPassword'));
    else void enter(name, password, tenant.trim());
  }

  const invalid = (field: Field) =>
    wrong?.field === field
      ? { 'aria-invalid': true as const, 'aria-describedby': `${ids[field]}-wrong` }
      : {};
  const complaint = (field: Field) =>
    wrong?.field === field ? (
      <p id={`${ids[field]}-wrong`} className={styles.wrong}>
        {wrong.text}
      </p>
    ) : null;

  return (
    <div className={styles.page}>
      <Pitch points={points} />
      <main className={styles.side}>
        <div className={styles.card}>
          <img src="/icon.svg" alt="" width={48} height={48} className={styles.logo} />
          <h1 className={styles.heading}>{heading}</h1>
          <p className={styles.lead}>{lead}</p>
          <div role="alert">{failure ? <p className={styles.failure}>{failure}</p> : null}</div>
          <form ref={form} onSubmit={submit} noValidate className={styles.form}>
            <div className={styles.field}>
              <label htmlFor={ids.identity}>{t('ui.signIn.identity')}</label>
              <input
                id={ids.identity}
                name="identity"
                value={identity}
                onChange={(event) => setIdentity(event.target.value)}
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                placeholder={t('ui.signIn.identityHint')}
                {...invalid('identity')}
              />
              {complaint('identity')}
            </div>
            <div className={styles.field} hidden={!alone || identity === ''}>
              <label htmlFor={ids.tenant}>{t('ui.signIn.tenant')}</label>
              <input
                id={ids.tenant}
                name="tenant"
                value={tenant}
                onChange={(event) => setTenant(event.target.value)}
                autoComplete="organization"
                autoCapitalize="none"
                spellCheck={false}
                {...invalid('tenant')}
              />
              {complaint('tenant') ?? <p className={styles.hint}>{t('ui.signIn.tenantHint')}</p>}
            </div>
            <div className={styles.field}>
              <label htmlFor={ids.password}>{t('ui.signIn.password')}</label>
              <span className={styles.secret}>
                <input
                  id={ids.password}
                  name="password"
                  type={shown ? 'text' : 'password'}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  autoComplete="current-password"
                  {...invalid('password')}
                />
                <button
                  type="button"
                  className={styles.eye}
                  aria-pressed={shown}
                  aria-label={shown ? t('ui.signIn.hidePassword') : t('ui.signIn.showPassword')}
                  onClick={() => setShown(!shown)}
                >
                  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path
                      d="M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Z M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
                      fill="none"
                      stroke="currentColor"
                      strokeWidth="1.3"
                    />
                    {shown ? <path d="M3 3l14 14" stroke="currentColor" strokeWidth="1.3" /> : null}
                  </svg>
                </button>
              </span>
              {complaint('password')}
            </div>
            <button type="submit" className={styles.submit} aria-disabled={busy}>
              {busy ? t('ui.signIn.busy') : t('ui.signIn.submit')}
            </button>
          </form>
          {hint ? <p className={styles.microphone}>{hint}</p> : null}
          <DemoCards
            accounts={demo}
            busy={busy}
            onPick={(account) => void enter(account.identity, account.password, '')}
          />
        </div>
        <LanguageSwitch />
      </main>
    </div>
  );
}
