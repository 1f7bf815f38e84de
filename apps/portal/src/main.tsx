import '@trunkline/ui/theme/tokens.css';
import '@trunkline/ui/theme/base.css';
import { RouterProvider } from '@tanstack/react-router';
import { chooseLanguage, languageWasChosen, startI18n } from '@trunkline/ui/i18n/i18n.ts';
import { watchLook } from '@trunkline/ui/theme/look.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from './app/session.ts';
import { loadTexts } from './i18n/index.ts';
import { router } from './router.tsx';

watchLook();
await startI18n(loadTexts);

function followAccount(): void {
  const now = session.state.get();
  if (now.status === 'signed-in' && !languageWasChosen())
    void chooseLanguage(now.profile.language, false);
  if (now.status === 'signed-out' && router.state.location.pathname !== '/sign-in')
    void router.navigate({
      to: '/sign-in',
      search: { next: router.state.location.href, ...(now.reason ? { reason: now.reason } : {}) },
    });
}
session.state.subscribe(followAccount);
followAccount();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root element');
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
);
