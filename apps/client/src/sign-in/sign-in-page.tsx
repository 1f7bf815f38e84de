import { useNavigate, useSearch } from '@tanstack/react-router';
import { SignIn } from '@trunkline/ui/sign-in/sign-in.tsx';
import { session } from '../app/session.ts';
import { useT } from '../i18n/index.ts';

/** The way in for people who telephone. */
export function SignInPage() {
  const { t } = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: '/sign-in' });
  return (
    <SignIn
      session={session}
      expired={search.reason !== undefined}
      heading={t('signIn.heading')}
      lead={t('signIn.lead')}
      points={[t('signIn.pitchPresence'), t('signIn.pitchCall'), t('signIn.pitchJournal')]}
      demoKind="accounts"
      hint={t('signIn.microphone')}
      onSignedIn={() => navigate({ href: search.next ?? '/people', replace: true })}
    />
  );
}
