import { useNavigate } from '@tanstack/react-router';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { useDrop } from '../../app/queries.ts';
import { useServices } from '../../app/services.ts';
import { Danger } from '../../forms/danger.tsx';
import { useT } from '../../i18n/index.ts';

/** Deletes a group; the service refuses while it has lines. */
export function DeleteGroup({ group, version }: { group: LineGroup; version: number }) {
  const { t } = useT();
  const { api } = useServices();
  const drop = useDrop('groups');
  const navigate = useNavigate();
  return (
    <Danger
      heading={t('group.deleteHeading')}
      level={2}
      body={t('group.deleteBody')}
      confirm={t('group.delete')}
      typedName={group.name}
      act={async () => {
        await api.delete(`/v1/line-groups/${group.id}`, { version });
        await navigate({ to: '/lines' });
        drop(group.id);
      }}
    />
  );
}
