import type { User } from '@trunkline/contracts/users.ts';
import { useState } from 'react';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { ChoiceField, SetField, SwitchField, TextField } from '../forms/fields.tsx';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import { phonesOf, roles, slots, slotTexts } from './users.ts';

export interface UserFormProps {
  user: User;
  onDirty: (id: string, dirty: boolean) => void;
}

/** A person in sections, each saved by itself. */
export function UserForm({ user, onDirty }: UserFormProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const keep = useKeep<User>('users');
  const [version, setVersion] = useState(user.version);
  const person = useDraft({
    displayName: user.displayName,
    email: user.email ?? '',
    language: user.language ?? '',
  });
  const phones = useDraft(slotTexts(user));
  const rights = useDraft({ roles: user.roles });
  const account = useDraft({ enabled: user.enabled });
  const secret = useDraft({ password: '' });

  async function save(change: Record<string, unknown>): Promise<User> {
    const saved = await api.patch<User>(`/v1/users/${user.id}`, change, { version });
    setVersion(saved.version);
    keep(saved);
    return saved;
  }
  const onReload = () => {
    void client.refetchQueries({ queryKey: ['users'] }).then(() => {
      const now = client.getQueryData<User[]>(['users'])?.find((each) => each.id === user.id);
      if (now) setVersion(now.version);
    });
  };
  const common = { onDirty, onReload };

  return (
    <>
      <Section
        heading={t('people.sectionPerson')}
        {...common}
        dirty={person.dirty}
        onDiscard={() => person.reset()}
        check={() =>
          person.values.displayName.trim() === '' ? { displayName: t('form.required') } : {}
        }
        onSave={async () => {
          const { email, language, ...rest } = person.changes();
          await save({
            ...rest,
            ...(email === undefined ? {} : { email: email.trim() || null }),
            ...(language === undefined ? {} : { language: language || null }),
          });
          person.reset(person.values);
        }}
      >
        {(errors) => (
          <>
            <TextField
              draft={person}
              field="displayName"
              label={t('people.name')}
              errors={errors}
              required
              maxLength={120}
            />
            <TextField
              draft={person}
              field="email"
              type="email"
              label={t('people.email')}
              errors={errors}
            />
            <ChoiceField
              draft={person}
              field="language"
              label={t('people.language')}
              options={[
                ['', t('people.languageTenant')],
                ['de', t('people.german')],
                ['en', t('people.english')],
              ]}
              errors={errors}
            />
          </>
        )}
      </Section>
      <Section
        heading={t('people.sectionPhones')}
        hint={t('people.phonesHint')}
        {...common}
        dirty={phones.dirty}
        onDiscard={() => phones.reset()}
        onSave={async () => {
          const saved = await save({ phones: phonesOf(phones.values) });
          // The service writes numbers out in full.
          phones.reset(slotTexts(saved));
        }}
      >
        {(errors) =>
          slots.map((slot) => {
            const bound = user.phones.some((phone) => phone.slot === slot && phone.lineId !== null);
            return (
              <TextField
                key={slot}
                draft={phones}
                field={slot}
                label={t(`people.slot.${slot}`)}
                {...(bound ? { hint: t('people.bound') } : {})}
                errors={errors.phones && slot === 'business' ? { business: errors.phones } : {}}
                inputMode="tel"
                maxLength={64}
              />
            );
          })
        }
      </Section>
      <Section
        heading={t('people.sectionRoles')}
        hint={t('people.rolesHint')}
        {...common}
        dirty={rights.dirty}
        onDiscard={() => rights.reset()}
        onSave={async () => {
          await save(rights.changes());
          rights.reset(rights.values);
        }}
      >
        {(errors) => (
          <SetField
            draft={rights}
            field="roles"
            label={t('people.roles')}
            options={roles.map((role) => [role, t(`people.role.${role}`)] as const)}
            errors={errors}
          />
        )}
      </Section>
      <Section
        heading={t('people.sectionAccount')}
        {...common}
        dirty={account.dirty}
        onDiscard={() => account.reset()}
        onSave={async () => {
          await save(account.changes());
          account.reset(account.values);
        }}
      >
        {(errors) => (
          <SwitchField
            draft={account}
            field="enabled"
            label={t('people.enabledLabel')}
            hint={t('people.disableHint')}
            errors={errors}
          />
        )}
      </Section>
      <Section
        heading={t('people.sectionPassword')}
        onDirty={onDirty}
        dirty={secret.dirty}
        submit={t('people.passwordSet')}
        onDiscard={() => secret.reset()}
        check={() =>
          secret.values.password.length < 8 ? { password: t('people.passwordShort') } : {}
        }
        onSave={async () => {
          await api.put(`/v1/users/${user.id}/password`, secret.values);
          secret.reset();
        }}
      >
        {(errors) => (
          <TextField
            draft={secret}
            field="password"
            type="password"
            autoComplete="new-password"
            label={t('people.password')}
            hint={t('people.passwordHint')}
            errors={errors}
            maxLength={256}
          />
        )}
      </Section>
    </>
  );
}
