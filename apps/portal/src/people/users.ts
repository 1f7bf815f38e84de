import type { User } from '@trunkline/contracts/users.ts';

/** Phone slots in the order they are shown. */
export const slots = ['business', 'phone1', 'phone2', 'mobile', 'mailbox'] as const;
export type Slot = (typeof slots)[number];

/** Roles in the order they are shown; a test holds them to the contracts' list. */
export const roles = [
  'owner',
  'admin',
  'user_admin',
  'telephony_admin',
  'helpdesk',
  'auditor',
  'billing',
] as const;

/** Numbers as the form holds them: a text for each slot. */
export type SlotTexts = Record<Slot, string>;

export function slotTexts(user: Pick<User, 'phones'> | null): SlotTexts {
  const texts: SlotTexts = { business: '', phone1: '', phone2: '', mobile: '', mailbox: '' };
  for (const phone of user?.phones ?? []) texts[phone.slot] = phone.number;
  return texts;
}

/** The list the API takes: filled slots only. */
export function phonesOf(texts: SlotTexts): { slot: Slot; number: string }[] {
  return slots.flatMap((slot) => {
    const number = texts[slot].trim();
    return number === '' ? [] : [{ slot, number }];
  });
}

/** Whether a person is meant by a search text: part of name, address or number. */
export function matchesUser(user: User, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const digits = wanted.replace(/[^0-9]/g, '');
  return (
    `${user.displayName} ${user.identity} ${user.email ?? ''}`.toLowerCase().includes(wanted) ||
    (digits !== '' && user.phones.some((phone) => phone.number.includes(digits)))
  );
}

/** A user as a tenant file says it. */
export function userFile(user: User): Record<string, unknown> {
  return {
    userName: user.userName,
    displayName: user.displayName,
    email: user.email ?? undefined,
    roles: user.roles.length > 0 ? user.roles : undefined,
    phones: user.phones.map(({ slot, number }) => ({ slot, number })),
  };
}
