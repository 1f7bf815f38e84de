import { useNavigate, useSearch } from '@tanstack/react-router';
import { ApiError, errorText } from '@trunkline/ui/api/errors.ts';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { session } from '../app/session.ts';
import { useT } from '../i18n/index.ts';
import { type DemoAccount, fetchDemoAccounts } from './demo.ts';
import { DemoCards } from './demo-cards.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { Pitch } from './pitch.tsx';
import { rememberedIdentity, rememberedTenant, rememberSignIn } from './remember.ts';
import styles from './sign-in-page.module.css';

type Field = 'identity' | 'tenant' | 'password';

/** Sign-in with user name and password. No component library here: it must come up at once. */
export function SignInPage() {
  const { t, language } = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: '/sign-in' });
  const ids = { identity: useId(), tenant: useId(), password: useId() };
  const [identity, setIdentity] = useState(rememberedIdentity);
  const [tenant, setTenant] = useState(rememberedTenant);
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<{ field: Field; text: string } | null>(null);
  const [failure, setFailure] = useState<string | null>(search.reason ? t('signIn.expired') : null);
  const [demo, setDemo] = useState<DemoAccount[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const alone = !identity.includes('@');

  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('app.name')}`;
  }, [t]);
  useEffect(() => {
    const stop = new AbortController();
    void fetchDemoAccounts(stop.signal).then(setDemo);
    return () => stop.abort();
  }, []);

  function complain(field: Field, text: string): void {
    setWrong({ field, text });
    form.current?.querySelector<HTMLInputElement>(`[name="${field}"]`)?.focus();
  }

  async function enter(name: string, secret: string, company: string): Promise<void> {
    setBusy(true);
    setFailure(null);
    setWrong(null);
    try {
      await session.signIn({
        identity: name,
        password: secret,
        ...(company && !name.includes('@') ? { tenant: company } : {}),
      });
      rememberSignIn(name, company);
      await navigate({ href: search.next ?? '/people', replace: true });
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiError && error.unreachable) setFailure(t('signIn.unreachable'));
      else if (error instanceof ApiError && error.retryAfterSeconds !== null)
        setFailure(t('signIn.wait', { count: error.retryAfterSeconds }));
      else if (error instanceof ApiError && error.code === 'invalid_credentials')
        complain('password', errorText(error, language));
      else setFailure(errorText(error, language));
    }
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (busy) return;
    const name = identity.trim();
    if (name === '') complain('identity', t('signIn.missingIdentity'));
    else if (alone && tenant.trim() === '') complain('tenant', t('signIn.missingTenant'));
    else if (password === '') complain('password', t('signIn.missingPassword'));
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
      <Pitch />
      <main className={styles.side}>
        <div className={styles.card}>
          <img src="/icon.svg" alt="" width={48} height={48} className={styles.logo} />
          <h1 className={styles.heading}>{t('signIn.heading')}</h1>
          <p className={styles.lead}>{t('signIn.lead')}</p>
          <div role="alert">{failure ? <p className={styles.failure}>{failure}</p> : null}</div>
          <form ref={form} onSubmit={submit} noValidate className={styles.form}>
            <div className={styles.field}>
              <label htmlFor={ids.identity}>{t('signIn.identity')}</label>
              <input
                id={ids.identity}
                name="identity"
                value={identity}
                onChange={(event) => setIdentity(event.target.value)}
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                placeholder={t('signIn.identityHint')}
                {...invalid('identity')}
              />
              {complaint('identity')}
            </div>
            <div className={styles.field} hidden={!alone || identity === ''}>
              <label htmlFor={ids.tenant}>{t('signIn.tenant')}</label>
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
              {complaint('tenant') ?? <p className={styles.hint}>{t('signIn.tenantHint')}</p>}
            </div>
            <div className={styles.field}>
              <label htmlFor={ids.password}>{t('signIn.password')}</label>
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
                  aria-label={shown ? t('signIn.hidePassword') : t('signIn.showPassword')}
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
              {busy ? t('signIn.busy') : t('signIn.submit')}
            </button>
          </form>
          <p className={styles.microphone}>{t('signIn.microphone')}</p>
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
