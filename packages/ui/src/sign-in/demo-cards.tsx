import { useUiT } from '../i18n/use-ui-t.ts';
import type { DemoAccount } from './demo.ts';
import styles from './demo-cards.module.css';

export interface DemoCardsProps {
  accounts: readonly DemoAccount[];
  busy: boolean;
  onPick: (account: DemoAccount) => void;
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => part.charAt(0))
    .slice(0, 2)
    .join('');

/** Demo accounts, one click each. */
export function DemoCards({ accounts, busy, onPick }: DemoCardsProps) {
  const { t } = useUiT();
  if (accounts.length === 0) return null;
  return (
    <section className={styles.demo} aria-label={t('ui.signIn.demoHeading')}>
      <h2 className={styles.heading}>{t('ui.signIn.demoHeading')}</h2>
      <p className={styles.hint}>{t('ui.signIn.demoHint')}</p>
      <ul className={styles.list}>
        {accounts.map((account) => (
          <li key={account.identity}>
            <button
              type="button"
              className={styles.account}
              aria-disabled={busy}
              onClick={() => {
                if (!busy) onPick(account);
              }}
            >
              <span className={styles.avatar} aria-hidden="true">
                {initials(account.displayName)}
              </span>
              <span className={styles.text}>
                <span className={styles.name}>{account.displayName}</span>
                <span className={styles.extension}>
                  {account.extension === undefined
                    ? account.identity.split('@')[0]
                    : t('ui.signIn.extension', { extension: account.extension })}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
