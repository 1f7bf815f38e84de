import { Button } from '@fluentui/react-button';
import { ShieldPersonRegular } from '@fluentui/react-icons/svg/shield-person';
import { QueryClientProvider } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { ConnectionBar } from '@trunkline/ui/components/connection-bar.tsx';
import { EmptyState } from '@trunkline/ui/components/states.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { UiProvider } from '@trunkline/ui/theme/provider.tsx';
import { useEffect, useState } from 'react';
import { type Services, ServicesContext, startServices, useServices } from '../app/services.ts';
import { session } from '../app/session.ts';
import { useT } from '../i18n/index.ts';
import { AccountMenu } from './account-menu.tsx';
import { Navigation } from './navigation.tsx';
import styles from './shell.module.css';

/** Everything behind the sign-in. */
export function Shell() {
  const state = useStore(session.state);
  const userId = state.status === 'signed-in' ? state.profile.id : null;
  const admin = state.status === 'signed-in' && state.profile.roles.length > 0;
  const router = useRouter();
  const [services, setServices] = useState<Services | null>(null);

  useEffect(() => {
    const now = session.state.get();
    if (userId === null || now.status !== 'signed-in') {
      void router.navigate({ to: '/sign-in' });
      return;
    }
    if (!admin) return;
    const started = startServices(now.profile);
    setServices(started);
    return () => {
      started.stop();
      setServices(null);
    };
  }, [userId, admin, router]);

  return (
    <UiProvider className={styles.provider ?? ''}>
      {state.status === 'signed-in' && !admin ? (
        <NoRole identity={state.profile.identity} />
      ) : services ? (
        <QueryClientProvider client={services.client}>
          <ServicesContext value={services}>
            <Frame />
          </ServicesContext>
        </QueryClientProvider>
      ) : null}
    </UiProvider>
  );
}

function NoRole({ identity }: { identity: string }) {
  const { t } = useT();
  return (
    <main className={styles.alone}>
      <EmptyState
        icon={<ShieldPersonRegular />}
        heading={t('noRole.heading')}
        actions={
          <>
            <Button
              appearance="primary"
              onClick={() => {
                session.signOut().catch(() => {
                  // Not reached: this browser is signed out all the same.
                });
              }}
            >
              {t('noRole.other')}
            </Button>
            <Button as="a" href="/">
              {t('app.client')}
            </Button>
          </>
        }
      >
        {t('noRole.body', { identity })}
      </EmptyState>
    </main>
  );
}

function Frame() {
  const { t } = useT();
  const { realtime } = useServices();
  const state = useStore(realtime.state);
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#content">
        {t('app.skip')}
      </a>
      <header className={styles.top}>
        <span className={styles.brand}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          {t('app.name')}
        </span>
        <AccountMenu />
      </header>
      <Navigation />
      <div className={styles.bars}>
        <ConnectionBar state={state} onRetry={() => realtime.wake()} />
      </div>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
