import { PersonCallRegular } from '@fluentui/react-icons/svg/person-call';
import { EmptyState } from '@trunkline/ui/components/states.tsx';
import { useT } from '../i18n/index.ts';

/** The right side while nobody is chosen. */
export function Nobody() {
  const { t } = useT();
  return (
    <EmptyState icon={<PersonCallRegular />} heading={t('people.pick')}>
      {t('people.pickBody')}
    </EmptyState>
  );
}
