import type { User } from '@trunkline/contracts/users.ts';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { SetField, TextField } from '../forms/fields.tsx';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import { phonesOf, roles, slotTexts } from './users.ts';

export interface CreateUserFormProps {
  onDirty: (id: string, dirty: boolean) => void;
  onDone: (user: User) => void;
}

/** A new person in one go. */
export function CreateUserForm({ onDirty, onDone }: CreateUserFormProps) {
  const { t } = useT();
  const { api } = useServices();
  const keep = useKeep<User>('users');
  const draft = useDraft({
    displayName: '',
    userName: '',
    email: '',
    password: '',
    business: '',
    roles: [] as User['roles'],
  });
  const { values } = draft;

  return (
    <Section
      dirty={draft.dirty}
      submit={t('form.create')}
      onDirty={onDirty}
      check={() => ({
        ...(values.displayName.trim() === '' ? { displayName: t('form.required') } : {}),
        ...(values.userName.trim() === '' ? { userName: t('form.required') } : {}),
        ...(values.password !== '' && values.password.length < 8
          ? { password: t('people.passwordShort') }
          : {}),
      })}
      onSave={async () => {
        const user = await api.post<User>('/v1/users', {
          displayName: values.displayName,
          userName: values.userName,
          ...(values.email.trim() === '' ? {} : { email: values.email.trim() }),
          ...(values.password === '' ? {} : { password: values.password }),
          roles: values.roles,
          phones: phonesOf({ ...slotTexts(null), business: values.business }),
        });
        keep(user);
        onDone(user);
      }}
    >
      {(errors) => (
        <>
          <TextField
            draft={draft}
            field="displayName"
            label={t('people.name')}
            errors={errors}
            required
            maxLength={120}
          />
          <TextField
            draft={draft}
            field="userName"
            label={t('people.userName')}
            hint={t('people.userNameHint')}
            errors={errors}
            required
            maxLength={64}
          />
          <TextField
            draft={draft}
            field="business"
            label={t('people.slot.business')}
            hint={t('people.phonesHint')}
            errors={{ ...errors, ...(errors.phones ? { business: errors.phones } : {}) }}
            inputMode="tel"
            maxLength={64}
          />
          <TextField
            draft={draft}
            field="email"
            type="email"
            label={t('people.email')}
            errors={errors}
          />
          <TextField
            draft={draft}
            field="password"
            type="password"
            autoComplete="new-password"
            label={t('people.passwordInitial')}
            hint={t('people.passwordInitialHint')}
            errors={errors}
            maxLength={256}
          />
          <SetField
            draft={draft}
            field="roles"
            label={t('people.roles')}
            options={roles.map((role) => [role, t(`people.role.${role}`)] as const)}
            errors={errors}
          />
        </>
      )}
    </Section>
  );
}
