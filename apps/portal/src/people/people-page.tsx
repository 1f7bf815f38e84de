import { Badge } from '@fluentui/react-badge';
import { Button } from '@fluentui/react-button';
import { PeopleAddRegular } from '@fluentui/react-icons/svg/people-add';
import { PersonAddRegular } from '@fluentui/react-icons/svg/person-add';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { Input } from '@fluentui/react-input';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { User } from '@trunkline/contracts/users.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { useState } from 'react';
import { useUsers } from '../app/queries.ts';
import { GuardedDrawer } from '../forms/guarded-drawer.tsx';
import { useT } from '../i18n/index.ts';
import { Page } from '../shell/page.tsx';
import table from '../shell/table.module.css';
import { CreateUserForm } from './create-user-form.tsx';
import { UserForm } from './user-form.tsx';
import { matchesUser, userFile } from './users.ts';

/** Everybody of the tenant: find, add, change. */
export function PeoplePage() {
  const { t, language } = useT();
  const users = useUsers();
  const search = useSearch({ from: '/shell/people' }).q ?? '';
  const navigate = useNavigate();
  const [open, setOpen] = useState<string | 'new' | null>(null);
  const chosen = users.data?.find((user) => user.id === open);
  const shown = (users.data ?? [])
    .filter((user) => matchesUser(user, search))
    .sort((one, two) => one.displayName.localeCompare(two.displayName, language));

  return (
    <Page
      heading={t('people.heading')}
      purpose={t('people.purpose')}
      example={
        chosen
          ? {
              method: 'PATCH',
              path: `/v1/users/${chosen.id}`,
              body: { displayName: chosen.displayName },
              file: { users: [userFile(chosen)] },
            }
          : {
              method: 'GET',
              path: '/v1/users?limit=200',
              file: { users: (users.data ?? []).map(userFile) },
            }
      }
      actions={
        <Button appearance="primary" icon={<PersonAddRegular />} onClick={() => setOpen('new')}>
          {t('people.add')}
        </Button>
      }
    >
      <div className={table.tools}>
        <Input
          type="search"
          contentBefore={<SearchRegular />}
          placeholder={t('people.search')}
          aria-label={t('people.search')}
          value={search}
          onChange={(_event, data) =>
            void navigate({
              to: '/people',
              search: data.value === '' ? {} : { q: data.value },
              replace: true,
            })
          }
        />
        <span className={table.quiet} role="status">
          {users.data ? t('form.count', { count: shown.length }) : null}
        </span>
      </div>
      {users.data === undefined && users.isError ? (
        <ErrorState problem={users.error} onRetry={() => void users.refetch()} />
      ) : users.data === undefined ? (
        <RowSkeletons count={8} />
      ) : users.data.length === 0 ? (
        <EmptyState icon={<PeopleAddRegular />} heading={t('people.empty')}>
          {t('people.emptyBody')}
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState icon={<SearchRegular />} heading={t('form.none')} />
      ) : (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('people.name')}</th>
                <th scope="col">{t('people.identity')}</th>
                <th scope="col">{t('people.numbers')}</th>
                <th scope="col">{t('people.roles')}</th>
                <th scope="col">{t('people.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((user) => (
                <UserRow key={user.id} user={user} onOpen={() => setOpen(user.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <GuardedDrawer open={open === 'new'} heading={t('people.add')} onClose={() => setOpen(null)}>
        {(onDirty) => <CreateUserForm onDirty={onDirty} onDone={(user) => setOpen(user.id)} />}
      </GuardedDrawer>
      <GuardedDrawer
        open={chosen !== undefined}
        heading={chosen?.displayName ?? ''}
        onClose={() => setOpen(null)}
      >
        {(onDirty) =>
          chosen ? <UserForm key={chosen.id} user={chosen} onDirty={onDirty} /> : null
        }
      </GuardedDrawer>
    </Page>
  );
}

function UserRow({ user, onOpen }: { user: User; onOpen: () => void }) {
  const { t } = useT();
  return (
    <tr>
      <td>
        <span className={table.person}>
          <span aria-hidden="true">
            <PersonAvatar name={user.displayName} badge={false} size={32} />
          </span>
          <button
            type="button"
            className={table.open}
            onClick={onOpen}
            aria-label={t('form.edit', { name: user.displayName })}
          >
            {user.displayName}
          </button>
        </span>
      </td>
      <td data-label={t('people.identity')}>{user.identity}</td>
      <td data-label={t('people.numbers')} className="tl-numeric">
        <span className={table.numbers}>
          {user.phones.map((phone) => (
            <span key={phone.slot}>{groupNumber(phone.number)}</span>
          ))}
        </span>
      </td>
      <td data-label={t('people.roles')}>
        {user.roles.map((role) => t(`people.role.${role}`)).join(', ')}
      </td>
      <td data-label={t('people.state')}>
        <Badge appearance="tint" color={user.enabled ? 'success' : 'informative'}>
          {user.enabled ? t('people.enabled') : t('people.disabled')}
        </Badge>
      </td>
    </tr>
  );
}
