import { readJson, writeItem, writeJson } from '@trunkline/ui/browser/storage.ts';

/** `me-2`: lines know their functions and call handling since then. */
const names = ['me-2', 'people', 'journal'] as const;
export type KeptName = (typeof names)[number] | (string & {});

const keyOf = (name: string) => `trunkline.kept.${name}`;

/** What a user last saw under a name, for a first paint without network. */
export function kept<T>(user: string, name: KeptName): T | undefined {
  const stored = readJson(keyOf(name)) as { user?: unknown; data?: T } | null;
  return stored?.user === user ? stored.data : undefined;
}

export function keep(user: string, name: KeptName, data: unknown): void {
  writeJson(keyOf(name), { user, data });
}

/** Forgets everything; done on sign-out, so that the next person finds nothing. */
export function forgetKept(): void {
  for (const name of names) writeItem(keyOf(name), null);
}
