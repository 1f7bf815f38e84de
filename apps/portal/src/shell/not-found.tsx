import { CompassNorthwestRegular } from '@fluentui/react-icons/svg/compass-northwest';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '@trunkline/ui/components/states.tsx';
import { useT } from '../i18n/index.ts';

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useT();
  return (
    <EmptyState
      icon={<CompassNorthwestRegular />}
      heading={t('notFound.heading')}
      actions={<Link to="/overview">{t('notFound.home')}</Link>}
    >
      {t('notFound.body')}
    </EmptyState>
  );
}
