import { Button } from '@fluentui/react-button';
import { PersonAddRegular } from '@fluentui/react-icons/svg/person-add';
import { Select } from '@fluentui/react-select';
import { useMutation } from '@tanstack/react-query';
import type { Line } from '@trunkline/contracts/lines.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { useState } from 'react';
import { useKeep, useUsers } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './assign-line.module.css';
import { phonesWithLine } from './wizard/wizard.ts';

/** Gives a line to a person: its number becomes one of theirs (LIN-005, LIN-090). */
export function AssignLine({ line }: { line: Line }) {
  const { t, language } = useT();
  const { api } = useServices();
  const users = useUsers();
  const keep = useKeep<User>('users');
  const [chosen, setChosen] = useState('');
  const number = line.number + line.suffix;
  const assign = useMutation({
    mutationFn: async (user: User) => {
      const phones = phonesWithLine(user, number);
      if (phones === null) return;
      keep(await api.patch<User>(`/v1/users/${user.id}`, { phones }, { version: user.version }));
    },
    onSuccess: () => setChosen(''),
  });
  const free = (users.data ?? [])
    .filter(
      (user) =>
        user.enabled &&
        !line.users.some(({ userId }) => userId === user.id) &&
        phonesWithLine(user, number) !== null,
    )
    .sort((one, two) => one.displayName.localeCompare(two.displayName, language));
  const user = free.find((each) => each.id === chosen);
  return (
    <div className={styles.assign}>
      <span role="status" className={styles.now}>
        {line.users.length > 0
          ? line.users.map(({ displayName }) => displayName).join(', ')
          : t('lines.nobody')}
      </span>
      <Select
        aria-label={t('wizard.assignTo', { line: number })}
        value={chosen}
        onChange={(_event, { value }) => setChosen(value)}
      >
        <option value="">{t('wizard.choosePerson')}</option>
        {free.map((each) => (
          <option key={each.id} value={each.id}>
            {each.displayName}
          </option>
        ))}
      </Select>
      <Button
        icon={<PersonAddRegular />}
        disabledFocusable={!user || assign.isPending}
        onClick={() => {
          if (user) assign.mutate(user);
        }}
      >
        {t('wizard.assign')}
      </Button>
      {assign.isError ? (
        <p role="alert" className={styles.failure}>
          {errorText(assign.error, language)}
        </p>
      ) : null}
    </div>
  );
}
