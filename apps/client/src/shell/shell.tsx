import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { ConnectionBar } from '@trunkline/ui/components/connection-bar.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { UiProvider } from '@trunkline/ui/theme/provider.tsx';
import { useEffect, useState } from 'react';
import { type Services, ServicesContext, useServices } from '../app/services.ts';
import { session } from '../app/session.ts';
import { startServices } from '../app/start.ts';
import { CallLayer } from '../calls/call-layer.tsx';
import { Elsewhere } from '../calls/elsewhere.tsx';
import { forgetKept } from '../data/kept.ts';
import { createQueryClient, meQuery } from '../data/queries.ts';
import { useLiveData } from '../data/use-live-data.ts';
import { useT } from '../i18n/index.ts';
import { LineMenu } from '../lines/line-menu.tsx';
import { UpdateNotice } from '../pwa/update-notice.tsx';
import { DialField } from './dial-field.tsx';
import { BottomNavigation, Rail } from './navigation.tsx';
import notice from './notice.module.css';
import { PresenceMenu } from './presence-menu.tsx';
import styles from './shell.module.css';
import { Shortcuts } from './shortcuts.tsx';
import { Welcome } from './welcome.tsx';

/** Everything behind the sign-in: starts the services of the user and lays the window out. */
export function Shell() {
  const state = useStore(session.state);
  const userId = state.status === 'signed-in' ? state.profile.id : null;
  const router = useRouter();
  const [running, setRunning] = useState<{
    services: Services;
    client: ReturnType<typeof createQueryClient>;
  } | null>(null);

  useEffect(() => {
    const now = session.state.get();
    if (userId === null || now.status !== 'signed-in') {
      forgetKept();
      void router.navigate({ to: '/sign-in' });
      return;
    }
    const services = startServices(now.profile);
    setRunning({ services, client: createQueryClient() });
    return () => {
      services.stop();
      setRunning(null);
    };
  }, [userId, router]);

  return (
    <UiProvider className={styles.provider ?? ''}>
      {running ? (
        <QueryClientProvider client={running.client}>
          <ServicesContext value={running.services}>
            <Frame />
          </ServicesContext>
        </QueryClientProvider>
      ) : null}
    </UiProvider>
  );
}

function Frame() {
  const { t } = useT();
  const { api, profile, realtime, live } = useServices();
  useLiveData();
  const state = useStore(realtime.state);
  const reachable = useStore(live.telephony);
  const lines = useQuery(meQuery(api, profile.id)).data?.lines ?? [];
  // Who has no line is served by no node: nothing of theirs is away.
  const telephony = reachable || lines.length === 0;
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#content">
        {t('app.skip')}
      </a>
      <Rail />
      <header className={styles.top}>
        <span className={styles.topAvatar}>
          <PresenceMenu place="bottomStart" />
          <LineMenu place="bottomStart" />
        </span>
        <DialField />
      </header>
      <div className={styles.bars}>
        <Elsewhere />
        <ConnectionBar state={state} telephony={telephony} onRetry={() => realtime.wake()} />
      </div>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
      <BottomNavigation />
      <div className={notice.notices}>
        <UpdateNotice />
        <Welcome />
      </div>
      <CallLayer />
      <Shortcuts />
    </div>
  );
}
