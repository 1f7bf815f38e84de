import { useNavigate, useSearch } from '@tanstack/react-router';
import { SignIn } from '@trunkline/ui/sign-in/sign-in.tsx';
import { useT } from '../i18n/index.ts';
import { session } from './session.ts';

/** The way in for people who administer; the same session as the client's. */
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
      points={[t('signIn.pointLines'), t('signIn.pointPeople'), t('signIn.pointApi')]}
      demoKind="admins"
      onSignedIn={() => navigate({ to: search.next ?? '/overview', replace: true })}
    />
  );
}
