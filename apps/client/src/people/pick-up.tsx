import { Button } from '@fluentui/react-button';
import { CallInboundRegular } from '@fluentui/react-icons/svg/call-inbound';
import type { Person } from '@trunkline/contracts/people.ts';
import type { PresenceView } from '@trunkline/contracts/presence.ts';
import { useServices } from '../app/services.ts';
import { useDialling, useFunction } from '../calls/use-dialling.ts';
import { useT } from '../i18n/index.ts';

/** Whether the call that rings at a colleague can be fetched here (LIN-071, LIN-072). */
export function usePickUp(person: Person | undefined, presence: PresenceView | undefined): boolean {
  const { profile } = useServices();
  const offered = useFunction('pick_up', false);
  const dialling = useDialling();
  const possible = dialling === 'free' || dialling === 'second' || dialling === 'off';
  return offered && possible && presence?.ringing === true && person?.id !== profile.id;
}

export interface PickUpProps {
  person: Person;
  size?: 'medium' | 'large';
  className?: string;
}

/** Fetches the call that rings at a colleague. */
export function PickUp({ person, size = 'medium', className = '' }: PickUpProps) {
  const { t } = useT();
  const { phone } = useServices();
  const label = t('people.pickUpFrom', { name: person.displayName });
  return (
    <Button
      className={className}
      appearance="primary"
      size={size}
      icon={<CallInboundRegular />}
      title={label}
      aria-label={label}
      onClick={() => phone.pickUp(person.id, person.displayName)}
    >
      {t('people.pickUp')}
    </Button>
  );
}
