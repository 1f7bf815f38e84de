import { type ReactNode, useEffect } from 'react';
import { CopyMenu } from '../api-copy/copy-menu.tsx';
import type { ApiExample } from '../api-copy/examples.ts';
import { useT } from '../i18n/index.ts';
import styles from './page.module.css';

export interface PageProps {
  heading: string;
  /** What this page is for, in one sentence. */
  purpose: string;
  /** What "copy as API call" and "copy as CLI" copy. */
  example: ApiExample;
  actions?: ReactNode;
  before?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: heading, purpose, actions, content. */
export function Page({ heading, purpose, example, actions, before, children }: PageProps) {
  const { t } = useT();
  useEffect(() => {
    document.title = `${heading} · ${t('app.name')}`;
  }, [heading, t]);
  return (
    <div className={styles.page}>
      {before}
      <header className={styles.head}>
        <div className={styles.words}>
          <h1>{heading}</h1>
          <p>{purpose}</p>
        </div>
        <div className={styles.actions}>
          <CopyMenu example={example} />
          {actions}
        </div>
      </header>
      {children}
    </div>
  );
}
